#!/usr/bin/env python3
"""Gives diagrams of models to the programs that read them: Mermaid's renderer (in headless Chromium) and Graphviz.

    tests/diagrams.py BINARY FOLDER...

Every folder is modelled by itself. Mermaid is looked for in `node_modules` of the working directory and of `$MERMAID`
(`npm install mermaid` puts it there). Prints a line for each program, and what it refuses (exit code 1). A program that is
not installed is skipped with a word. Needs nothing else but Python.
"""

import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "chrome"]
MERMAID = "node_modules/mermaid/dist/mermaid.min.js"
PATIENCE = 300

PAGE = """<!doctype html><meta charset="utf-8"><div id="stage"></div><pre id="result">nothing</pre>
<script>%(library)s</script>
<script>
const diagrams = %(diagrams)s;
(async () => {
  mermaid.initialize({startOnLoad: false, maxTextSize: 10000000, maxEdges: 100000});
  const said = [];
  for (const [name, text] of diagrams) {
    try {
      await mermaid.parse(text);
      const {svg} = await mermaid.render('d' + said.length, text, document.getElementById('stage'));
      const nodes = (svg.match(/class="node /g) || []).length;
      said.push([name, nodes > 0 ? '' : 'nothing is drawn']);
    } catch (error) {
      said.push([name, String(error && error.message || error)]);
    }
  }
  document.getElementById('result').textContent = JSON.stringify(said);
})();
</script>"""


def models(binary, folders, scratch):
    """Texts of Mermaid and Graphviz by folder."""
    found = []
    for folder in folders:
        files = {kind: scratch / f"{len(found)}.{kind}" for kind in ("mermaid", "dot")}
        command = [binary, "model", "--no-config", folder]
        for kind, path in files.items():
            command += ["-o", f"{kind}={path}"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if not all(path.exists() for path in files.values()):
            print(f"no model of {folder}: {run.stderr.strip().splitlines()[-1:]}")
            continue
        found.append((folder, *(path.read_text() for path in files.values())))
    return found


def mermaid(found, scratch):
    """What Mermaid refuses; nothing where it is not at hand."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    homes = [pathlib.Path.cwd(), pathlib.Path(os.environ.get("MERMAID", "."))]
    library = next((home / MERMAID for home in homes if (home / MERMAID).exists()), None)
    if browser is None or library is None:
        print("mermaid: skipped, " + ("no browser" if browser is None else "npm package `mermaid` is not installed"))
        return []
    page = scratch / "page.html"
    diagrams = json.dumps([[folder, text] for folder, text, _ in found]).replace("</", "<\\/")
    library = library.read_text().replace("</script", "<\\/script")
    page.write_text(PAGE % {"library": library, "diagrams": diagrams})
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={scratch / 'profile'}"]
    command += [f"--virtual-time-budget={PATIENCE * 1000}", "--dump-dom", page.as_uri()]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    result = re.search(r'<pre id="result">(.*?)</pre>', run.stdout, re.S)
    if result is None or result[1] == "nothing":
        return [("the page", "did not finish")]
    said = json.loads(html.unescape(result[1]))
    assert len(said) == len(found), "one answer a diagram"
    print(f"mermaid: {len(said)} diagrams given to {browser}")
    return [(name, message) for name, message in said if message]


def graphviz(found):
    """What Graphviz refuses or warns of."""
    dot = shutil.which("dot")
    if dot is None:
        print("graphviz: skipped, `dot` is not installed")
        return []
    wrong = []
    for folder, _, text in found:
        run = subprocess.run([dot, "-Tsvg"], input=text, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if run.returncode != 0 or run.stderr.strip() or "<svg" not in run.stdout:
            wrong.append((folder, run.stderr.strip() or f"exit code {run.returncode}"))
    print(f"graphviz: {len(found)} diagrams given to {dot}")
    return wrong


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        found = models(sys.argv[1], sys.argv[2:], scratch)
        if not found:
            sys.exit("there is no model")
        wrong = mermaid(found, scratch) + graphviz(found)
    for name, message in wrong:
        print(f"{name}: {message}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
