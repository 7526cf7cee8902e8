#!/usr/bin/env python3
"""Opens an HTML report in headless Chromium and uses it as a reader would.

    tests/browser.py report.html [screenshot.png]

Prints `ok` and what was looked at, or what is wrong (exit code 1). Without Chromium it says `skipped`. Needs nothing but Python.
"""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "chrome"]
PATIENCE = 60


class Page:
    """A page of a browser that is spoken to over two pipes (the DevTools protocol, messages end with a zero byte)."""

    def __init__(self, browser, folder):
        to_browser, self.out = os.pipe()
        self.into, from_browser = os.pipe()
        # The browser reads its descriptor 3 and writes its descriptor 4.
        command = (
            f'exec "$0" --headless --no-sandbox --disable-gpu --no-first-run --remote-debugging-pipe '
            f'--user-data-dir="$1" about:blank 3<&{to_browser} 4>&{from_browser}'
        )
        self.process = subprocess.Popen(
            ["bash", "-c", command, browser, folder],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.number, self.buffer, self.events, self.session = 0, b"", [], None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")

    def message(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.into, 65536)
            if not piece:
                raise RuntimeError("the browser went away")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, url):
        self.call("Page.navigate", url=url)
        end = time.time() + PATIENCE
        while self.run("document.readyState") != "complete" and time.time() < end:
            time.sleep(0.05)

    def run(self, script):
        """The value of an expression; an error in it is one here."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def click(self, selector):
        """A click of the mouse in the middle of an element."""
        script = (
            f"(() => {{ const it = document.querySelector({json.dumps(selector)}); it.scrollIntoView({{block: 'center'}});"
            "const box = it.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        x, y = self.run(script)
        for kind in ["mousePressed", "mouseReleased"]:
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        time.sleep(0.1)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def look(page, url, wrong, seen):
    """Uses the page; what is wrong and what was looked at go into the lists."""

    def expect(holds, what):
        (seen if holds else wrong).append(what)

    page.call("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    page.open(url)
    requests = [e["params"]["request"]["url"] for e in page.events if e["method"] == "Network.requestWillBeSent"]
    foreign = [address for address in requests if address.split("#")[0] != url.split("#")[0]]
    expect(not foreign, f"nothing else is loaded {foreign[:3]}")

    # Real fonts: texts of nodes, labels and titles lie in their boxes.
    outside = page.run(
        """[...document.querySelectorAll('svg [data-box]')].flatMap((it) => {
            const [x, y, width, height] = it.dataset.box.split(' ').map(Number);
            const texts = it.tagName === 'text' ? [it] : it.matches('[data-asset], .dn-label') ? [...it.querySelectorAll('text')] : [];
            return texts.filter((text) => { const box = text.getBBox();
                return box.x < x - 1 || box.y < y - 2 || box.x + box.width > x + width + 1 || box.y + box.height > y + height + 2;
            }).map((text) => text.textContent);
        })"""
    )
    expect(not outside, f"texts lie in their boxes {outside[:5]}")

    has_path = page.run("document.querySelector('details.path') !== null")
    if has_path:
        page.click("details.path summary")
        lit = page.run("document.querySelectorAll('svg [data-asset].lit').length")
        nodes = page.run("document.querySelector('details.path').dataset.nodes.split(' ').filter(Boolean).length")
        flows = page.run("document.querySelectorAll('svg .dn-edge.lit').length")
        expect(lit == nodes > 0, f"a path lights up its {nodes} nodes on the diagram ({lit} are lit)")
        expect(0 < flows < nodes, f"and its flows ({flows} lines)")
        page.click("#clear")
        expect(page.run("document.querySelectorAll('svg .lit').length") == 0, "clear puts the light out")

    threats = page.run("document.querySelectorAll('details.threat:not([hidden])').length")
    if threats:
        page.click("details.threat summary")
        bars = page.run("[...document.querySelector('details.threat').querySelectorAll('.bar u')].map((it) => it.getBoundingClientRect().width)")
        expect(len(bars) == 5 and any(bars), f"a threat shows its five factors as bars {bars}")
        page.run("(() => { const it = document.querySelector('#filters input[type=search]'); it.value = 'no threat says this'; it.dispatchEvent(new Event('input', {bubbles: true})); })()")
        expect(page.run("document.querySelectorAll('details.threat:not([hidden])').length") == 0, "a search hides threats")
        page.run("(() => { const it = document.querySelector('#filters input[type=search]'); it.value = ''; it.dispatchEvent(new Event('input', {bubbles: true})); })()")
        for box in ["low", "medium", "high", "critical"]:
            page.click(f"#filters input[value={box}]")
        expect(page.run("document.querySelectorAll('details.threat:not([hidden])').length") == 0, "bands filter threats")
        for box in ["low", "medium", "high", "critical"]:
            page.click(f"#filters input[value={box}]")
        again = page.run("document.querySelectorAll('details.threat:not([hidden])').length")
        expect(again == threats, f"and all {threats} come back ({again})")

    if page.run("document.querySelector('svg [data-asset]') !== null"):
        page.click("svg [data-asset]")
        shown = page.run("document.querySelectorAll('details.threat:not([hidden])').length")
        expect(shown <= threats, f"an asset shows its threats ({shown} of {threats})")
        page.click("#clear")
        before = page.run("document.querySelector('#canvas svg').getBoundingClientRect().width")
        page.click("[data-zoom=in]")
        expect(page.run("document.querySelector('#canvas svg').getBoundingClientRect().width") > before, "the diagram grows")

    color = "getComputedStyle(document.body).backgroundColor"
    light = page.run(color)
    page.run("document.getElementById('theme').click()")
    dark = page.run(color)
    expect(light != dark, f"the theme changes from {light} to {dark}")
    page.open("about:blank")
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    page.open(url)
    expect(page.run(color) == dark, "a dark system gets the dark theme")

    for width in [1280, 390]:
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        wide = page.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        expect(wide <= 0, f"the page fits {width} pixels ({wide} too wide)")

    kinds = {"Runtime.exceptionThrown", "Log.entryAdded"}
    complaints = [e["params"] for e in page.events if e["method"] in kinds]
    expect(not complaints, f"the browser does not complain {json.dumps(complaints)[:600] if complaints else ''}")


def main():
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("skipped: Chromium is not installed")
        return 0
    url = pathlib.Path(sys.argv[1]).resolve().as_uri()
    wrong, seen = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Page(browser, folder)
        try:
            look(page, url, wrong, seen)
            if len(sys.argv) > 2:
                page.call("Emulation.setDeviceMetricsOverride", width=1400, height=2400, deviceScaleFactor=1, mobile=False)
                picture = page.call("Page.captureScreenshot", format="png")["data"]
                pathlib.Path(sys.argv[2]).write_bytes(base64.b64decode(picture))
        finally:
            page.close()
    for what in wrong:
        print(f"not so: {what}")
    if not wrong:
        print("ok: " + "; ".join(seen))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
