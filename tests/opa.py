#!/usr/bin/env python3
"""Gives bundles of packs to OPA, and compares what it says with what Dreadnought says.

    tests/opa.py BINARY PACK...

Of every pack a bundle is built and signed, which OPA has to inspect, check and load. Then:
- `opa test` ends every unit test as `dreadnought test` does;
- every rule in Rego, over every folder of the pack's samples, denies the same resources as `dreadnought scan` reports; where
  Dreadnought says that a verdict is undecided, or knows more of an unknown value, OPA cannot know, and either is right.
OPA is looked for as `$OPA` or `opa`; where there is none, this says so and ends well. Needs nothing else but Python.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PATIENCE = 300


def run(*command, cwd=None):
    return subprocess.run(
        [str(each) for each in command], cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def rules(pack):
    """Package and full id of every rule in Rego."""
    name = re.search(r"^name: *(\S+)", (pack / "pack.yaml").read_text(), re.M).group(1)
    found = {}
    for path in sorted(pack.glob("rules/**/*.rego")):
        text = path.read_text()
        package = re.search(r"^package (\S+)", text, re.M).group(1)
        own = re.search(r"^# +id: *(\S+)", text, re.M)
        if own:
            found[package] = f"{name}/{own.group(1)}"
    return found


def units(binary, opa, pack, bundle):
    """What is wrong with unit tests."""
    theirs = {}
    said = run(opa, "test", "-b", bundle, "--format", "json")
    for test in json.loads(said.stdout or "[]") or []:
        state = "fail" if test.get("fail") else "error" if test.get("error") else "skip" if test.get("skip") else "pass"
        theirs[test["package"], test["name"]] = state
    ours = {}
    for test in json.loads(run(binary, "test", pack, "-o", "json").stdout)["tests"]:
        if test["kind"] == "unit":
            # OPA's JSON has one entry for all cases of a test.
            key = test["package"], test["name"].split("[")[0].split("/")[0]
            ours[key] = test["state"] if ours.get(key, "pass") == "pass" else ours[key]
    wrong = [f"{key}: OPA {theirs.get(key)}, Dreadnought {ours.get(key)}"
             for key in sorted(set(theirs) | set(ours)) if theirs.get(key) != ours.get(key)]
    return len(theirs), wrong


def more_is_known(document):
    """Resources over which something may decide that is known of unknown values, their own or of what refers to them: OPA sees
    these values as absent, and objects."""
    found = set()
    for resource in document["resources"]:
        known = resource.get("refinements", {})
        if any(set(each) - {"type", "not_null"} for each in known.values()):
            found.add(resource["address"])
        if known:
            found.update(edge["to"] for edge in resource["references"])
    return found


def verdicts(binary, opa, pack, bundle, folder):
    """How many denials were compared, how many left out of those that differ, and what is wrong."""
    of_rules = rules(pack)
    listed = run(binary, "rules").stdout
    # A pack that is in the binary is not loaded twice.
    own = [] if all(rule in listed for rule in of_rules.values()) else ["--pack", pack]
    samples = sorted({path.parent for path in (pack / "tests").rglob("*") if path.suffix in (".tf", ".yaml", ".json")})
    compared, left_out, wrong = 0, 0, []
    for sample in samples:
        files = [path for path in sorted(sample.iterdir()) if path.is_file() and path.suffix in (".tf", ".yaml", ".json")]
        said = run(binary, "normalize", "--rego", "--no-config", *files)
        inputs = json.loads(said.stdout or "[]")
        scan = json.loads(run(binary, "scan", "--no-config", "-o", "json", "--fail-on", "none", *own, *files).stdout)
        ours = {(it["rule"], it["resource"]["address"]) for it in scan["findings"]}
        model = json.loads(run(binary, "normalize", "--no-config", *files).stdout)
        known = set().union(*(more_is_known(each) for each in model["documents"]))
        undecided = {(it["rule"], it["resource"]["address"]) for it in scan["inconclusive"]}
        theirs = set()
        for number, value in enumerate(inputs):
            path = folder / f"input-{number}.json"
            path.write_text(json.dumps(value))
            query = "[[p, r] | " + "; ".join(
                ["some p in " + json.dumps(list(of_rules)), "parts := split(p, \".\")",
                 "some entry in object.get(data, array.concat(parts, [\"deny\"]), [])", "r := entry.resource"]) + "]"
            got = run(opa, "eval", "-b", bundle, "-i", path, "--format", "json", query)
            if got.returncode != 0:
                wrong.append(f"{sample}: {got.stdout[:300]}{got.stderr[:300]}")
                continue
            for package, resource in json.loads(got.stdout)["result"][0]["expressions"][0]["value"]:
                theirs.add((of_rules[package], resource))
        mine = {pair for pair in ours if pair[0] in of_rules.values()}
        compared += len(mine | theirs)
        for pair in sorted((mine ^ theirs) - undecided):
            if pair in theirs and pair[1] in known:
                left_out += 1
                continue
            wrong.append(f"{sample}: {pair[0]} on {pair[1]}: only {'Dreadnought' if pair in mine else 'OPA'} objects")
    return compared, left_out, wrong


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    opa = shutil.which(os.environ.get("OPA", "opa"))
    if opa is None:
        print("skipped: OPA is not installed (set $OPA, or put `opa` on the path)")
        return 0
    bad = False
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        run(binary, "pack", "keygen", "key", cwd=folder)
        for pack in (pathlib.Path(each).resolve() for each in sys.argv[2:]):
            bundle = folder / f"{pack.name}.tar.gz"
            wrong = []
            for step in (
                [binary, "pack", "build", pack, "-o", bundle],
                [binary, "pack", "sign", bundle, "--key", folder / "key.key.pem"],
                [opa, "inspect", bundle],
                [opa, "check", "--strict", "-b", bundle],
                [opa, "build", "-b", bundle, "-o", folder / "again.tar.gz", "--verification-key", folder / "key.pub.pem",
                 "--signing-alg", "EdDSA"],
            ):
                said = run(*step)
                if said.returncode != 0 or "note:" in said.stderr:
                    wrong.append(f"{' '.join(map(str, step[1:3]))}: {said.stdout[:500]}{said.stderr[:500]}")
            tests, found = units(binary, opa, pack, bundle)
            wrong += found
            compared, left_out, found = verdicts(binary, opa, pack, bundle, folder)
            wrong += found
            print(f"{pack.name}: {tests} unit tests, {compared} denials compared ({left_out} left out), {len(wrong)} differ")
            for line in wrong:
                print(f"  {line}")
            bad = bad or bool(wrong)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
