#!/usr/bin/env python3
"""Gives bundles of packs to OPA, and compares what it says with what Dreadnought says.

    tests/opa.py BINARY PACK...
    tests/opa.py BINARY --functions COUNT

Of every pack a bundle is built and signed, which OPA has to inspect, check and load. Then:
- `opa test` ends every unit test as `dreadnought test` does;
- every rule in Rego, over every folder of the pack's samples, denies the same resources as `dreadnought scan` reports; where
  Dreadnought says that a verdict is undecided, or knows more of an unknown value, OPA cannot know, and either is right.
With `--functions`, what bundles hold of `dreadnought.*` in Rego gives in OPA what the built-in functions give, over so many made-up
arguments of each.
OPA is looked for as `$OPA` or `opa`; where there is none, this says so and ends well. Needs nothing else but Python.
"""

import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tarfile
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


def made_up(random):
    """Arguments of functions, by name, without end."""
    pick, chance = random.choice, random.random

    def text(letters, most=6):
        return "".join(pick(letters) for _ in range(random.randint(0, most)))

    def version():
        parts = [pick(["0", "1", "2", "3", "10", "01", "18446744073709551615", "18446744073709551616", "", "x"][: random.choice([4, 6, 10])])
                 for _ in range(random.randint(1, 4 if chance() < .1 else 3))]
        made = pick(["", "", "", "v", "V", " "]) + ".".join(parts)
        if chance() < .3:
            made += "-" + ".".join(pick(["rc", "alpha", "1", "2", "10", "01", "a-b", ""][: random.choice([5, 8])]) for _ in range(random.randint(1, 3)))
        if chance() < .15:
            made += "+" + pick(["b", "1.2", "01", ""])
        return made

    def constraint():
        def piece():
            wild = pick(["x", "*", "X", "1.x", "1.2.*", "1.x.3", "v1.X"]) if chance() < .2 else version().strip()
            return pick(["", "=", "==", "!=", ">", ">=", "<", "<=", "~>", "~", "^", "=>", ">>"][: random.choice([11, 13])]) + pick(["", "", " "]) + wild
        return pick(["||", " || "]).join(
            pick([",", ", ", " ", " , "]).join(piece() for _ in range(random.randint(1, 2))) for _ in range(pick([1, 1, 1, 2])))

    def pattern(words):
        return "".join(pick(words + ["*", "?", "*", "*"]) for _ in range(random.randint(1, 3)))

    action = lambda: pattern(["s3", "Get", "a"])
    resource = lambda: pattern(["x", ".", pick(["+", "[a]", "(", "-", "^", "|", "\\", "$"])])
    principal = lambda: pick(["*", "123456789012", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/r", "arn:aws-cn:iam::123456789012:root",
                              "999999999999", "12345", "service:ec2.amazonaws.com", "x", ""])

    def several(one):
        return pick([one, one, lambda: [one() for _ in range(random.randint(0, 3))], lambda: None, lambda: pick([1, True, 1.5, 12345678901, {}, ["a", 2, None]])])()

    def principals():
        named = lambda: {pick(["AWS", "aws", "Service", "SERVICE", "Federated", "CanonicalUser", "Other"]): several(principal) for _ in range(random.randint(0, 2))}
        return pick([lambda: "*", named, named, lambda: several(principal)])()

    def statement():
        made = {"Effect": pick(["Allow", "Allow", "Deny", "allow", "DENY", "x", None, 1])}
        for key, value, likely in (("Action", lambda: several(action), .8), ("NotAction", lambda: several(action), .15), ("Resource", lambda: several(resource), .7),
                                   ("NotResource", lambda: several(resource), .15), ("Principal", principals, .4), ("NotPrincipal", principals, .1),
                                   ("Condition", lambda: pick([{}, None, {"Bool": {"a": "b"}}, "x", []]), .3)):
            if chance() < likely:
                made[pick([key, key, key, key.lower(), key.upper()])] = value()
        return made

    def policy():
        one = lambda: pick([statement, statement, statement, statement, lambda: pick([None, 1, "x", [], {}])])()
        made = {pick(["Statement", "Statement", "statement"]): pick([one, lambda: [one() for _ in range(random.randint(0, 3))]])()}
        return pick([lambda: made, lambda: made, lambda: made, lambda: json.dumps(made), lambda: pick([None, {}, "{", "", 1, "[]", {"Statement": None}])])()

    def normal():
        made = lambda: {"effect": pick(["Allow", "Deny"]), "actions": [action().lower()], "not_actions": [], "resources": [resource()], "not_resources": pick([[], ["a"]]),
                        "principals": pick([[], [principal()]]), "not_principals": [], "has_condition": pick([True, False])}
        return [made() for _ in range(random.randint(0, 3))]

    def address():
        return pick([f"{pick([10, 172, 192, 8, 100, 169, 127, 0])}.{pick([0, 16, 168, 31, 64, 254])}.{pick([0, 1])}.{pick([0, 1, 255])}",
                     pick(["::", "::1", "fe80::1", "2001:db8::", "2600::", "fc00::", "2002::", "64:ff9b::"]), "x", ""])

    def cidr():
        made = address()
        return made + (f"/{pick([0, 3, 8, 10, 12, 16, 24, 32, 33, 64, 128])}" if chance() < .7 else "")

    def name():
        return (pick(["", "", "DB_", "my.", "client-", "pull_", "use", "X"]) + pick(["password", "Secret", "TOKEN", "api_key", "apiKey", "key", "url", "DSN", "connection_string", "stage"])
                + pick(["", "", "", "_value", ".base64", "_2", "7", "_file"]))

    def value():
        return pick([lambda: text("aB3$/-.:@", 9), lambda: pick(["qT7-harbour-9", "harbour", "FROM_VAULT", "change-me", "${x}", "$(x)", "arn:aws:x", "/run/x", "db/password", "Db/Password", "a.pem",
                     "86400000", "postgres://u:qT7-harbour-9@h/d", "postgres://u@h", "Server=x;Password=qT7-harbour-9;", "db-password", "get(x)", "test", "test-1", "****", "üñí-harbour"])])()

    def assignment():
        return pick(["", "  ", "export ", "# ", "run --", '"', "{'"]) + name() + pick(["=", ": ", " = ", ":=", " => ", '": "', "'='", " "]) + value() + pick(["", "", '"', "'", ",", ";", " x"])

    settings = lambda: pick(["", "\n"]).join([""] + [assignment() + pick(["\n", "\n", ""]) for _ in range(random.randint(0, 3))])
    script = lambda: settings() + pick(["", "", "", "AKIAIOSFODNN7EXAMPLE", "-----BEGIN RSA PRIVATE KEY-----", "xAKIAIOSFODNN7EXAMPLE"])

    # Much is alike, so that much is allowed.
    document = lambda: pick([policy, policy, normal])()
    return {
        "semver": lambda: [pick([version, version, version, lambda: pick([1, None, "x"])])()],
        "semver_satisfies": lambda: [version(), constraint()],
        "statements": lambda: [policy()],
        "policy_allows": lambda: [document(), action(), resource()],
        "policy_allows_always": lambda: [document(), action(), resource()],
        "policy_allows_to": lambda: [document(), action(), resource(), principal()],
        "policy_allows_always_to": lambda: [document(), action(), resource(), principal()],
        "glob": lambda: [pattern(["a", "b", ".", "(", "["]), text("ab.([*?\n")],
        "is_secret": lambda: [pick([name, name, name, lambda: pick([1, None])])(), pick([value, value, value, value, lambda: pick([22, True, None])])()],
        "holds_secret": lambda: [pick([settings, settings, settings, lambda: pick([1, None])])()],
        "script_holds_secret": lambda: [pick([script, script, script, lambda: pick([1, None])])()],
        "cidr_contains": lambda: [cidr(), cidr()],
        "cidr_is_any": lambda: [cidr()],
        "cidr_is_public": lambda: [cidr()],
    }


def secrets(binary, folder):
    """What a bundle says of secrets."""
    made = folder / "acme"
    run(binary, "pack", "new", "acme", cwd=folder)
    (made / "lib").mkdir(exist_ok=True)
    (made / "lib" / "calls.rego").write_text("package dreadnought.acme.lib.calls\n\nx if dreadnought.is_secret(\"a\", \"b\")\n")
    said = run(binary, "pack", "build", made, "--output", folder / "acme.tar.gz")
    with tarfile.open(folder / "acme.tar.gz") as bundle:
        name = next(name for name in bundle.getnames() if name.endswith("vendor/builtins/secrets.rego"))
        text = bundle.extractfile(name).read().decode()
    shutil.rmtree(made)
    (folder / "acme.tar.gz").unlink()
    return text


def functions(binary, opa, folder, count):
    """What is wrong with functions for OPA."""
    generators = made_up(random.Random(7))
    cases = {name: [make() for _ in range(count)] for name, make in generators.items()}
    (folder / "data.json").write_text(json.dumps({"cases": cases}))
    source = pathlib.Path(__file__).parent.parent / "src/cli/templates/opa/builtins.rego"
    (folder / "secrets.rego").write_text(secrets(binary, folder))
    called = "".join(
        f"given.{name} := [[x | x := {{prefix}}{name}({', '.join(f'case[{at}]' for at in range(len(of[0])))})] | some case in data.cases.{name}]\n"
        for name, of in cases.items())
    (folder / "theirs.rego").write_text("package theirs\n" + called.replace("{prefix}", "data.dreadnought.lib.builtins."))
    said = run(opa, "eval", "-d", source, "-d", folder / "secrets.rego", "-d", folder / "theirs.rego", "-d", folder / "data.json", "--format", "json", "data.theirs.given")
    if said.returncode != 0:
        return [said.stdout[:500] + said.stderr[:500]]
    theirs = json.loads(said.stdout)["result"][0]["expressions"][0]["value"]
    (folder / "theirs.rego").unlink()
    (folder / "secrets.rego").unlink()
    wrong = []
    # A test for each function prints what it gives; what a test takes in all is bounded.
    for name, of in cases.items():
        for start in range(0, len(of), 200):
            part = of[start : start + 200]
            (folder / "data.json").write_text(json.dumps({"cases": {name: part}, "want": theirs[name][start : start + 200]}))
            line = next(line for line in called.splitlines() if line.startswith(f"given.{name} "))
            (folder / "ours_test.rego").write_text(
                "package ours_test\n" + line.replace("{prefix}", "dreadnought.")
                + f"\ntest_all[note] if {{\n\tsome at, want in data.want\n\tnote := sprintf(\"%d\", [at])\n\tgiven.{name}[at] == want\n}}\n")
            run_of = json.loads(run(binary, "test", folder, "-o", "json").stdout or '{"tests": []}')
            passed = 0
            for test in run_of["tests"]:
                found = re.search(r"\[(\d+)\]|/(\d+)$", test["name"])
                if found and test["state"] == "pass":
                    passed += 1
                elif found:
                    at = int(found.group(1) or found.group(2))
                    wrong.append(f"{name}({json.dumps(part[at])[1:-1]}): OPA {theirs[name][start + at]}")
                elif test["state"] != "pass":
                    wrong.append(f"{name}: {json.dumps(test)[:300]}")
            if passed < len(part) and not wrong:
                wrong.append(f"{name}: {passed} of {len(part)} were compared")
    return wrong


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    opa = shutil.which(os.environ.get("OPA", "opa"))
    if opa is None:
        print("skipped: OPA is not installed (set $OPA, or put `opa` on the path)")
        return 0
    bad = False
    if sys.argv[2] == "--functions":
        with tempfile.TemporaryDirectory() as made:
            wrong = functions(binary, opa, pathlib.Path(made), int(sys.argv[3]))
        print(f"{sys.argv[3]} calls of each function compared, {len(wrong)} differ")
        print("".join(f"  {line}\n" for line in wrong[:40]), end="")
        return 1 if wrong else 0
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
