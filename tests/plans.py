#!/usr/bin/env python3
"""Regenerates `fixtures/terraform/plans/*/plan.json` with the real Terraform and its AWS provider, offline.

    tests/plans.py [--mirror FOLDER] [NAME …]

FOLDER is a filesystem mirror that holds the AWS provider (default /opt/tf-plugins). Keys are dummies; the few questions that
planning asks of AWS are answered by a server on 127.0.0.1. Of a plan, what repeats other parts of it (`planned_values`), what
is only of the moment (`timestamp`, `relevant_attributes`) and what was before (nothing) is left out; the rest is as Terraform
wrote it, one resource a line.
"""

import argparse, http.server, json, os, pathlib, shutil, subprocess, tempfile, threading

CASES = pathlib.Path(__file__).parent.parent / "fixtures" / "terraform" / "plans"
ANSWERS = {
    "GetCallerIdentity": "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/plan</Arn>"
    "<UserId>AIDAPLAN</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    "ValidateStateMachineDefinition": '{"result": "OK", "diagnostics": []}',
    "DescribeImages": "<DescribeImagesResponse><imagesSet><item><imageId>ami-0fedcba9876543210</imageId>"
    "<creationDate>2026-01-01T00:00:00.000Z</creationDate><name>al2023-ami-x</name><imageState>available</imageState>"
    "<architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType></item></imagesSet></DescribeImagesResponse>",
}


class Aws(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        target = (self.headers.get("X-Amz-Target") or "").split(".")[-1]
        action = target or next((part[7:] for part in body.split("&") if part.startswith("Action=")), "")
        answer = ANSWERS.get(action, "<Error/>").encode()
        self.send_response(200 if action in ANSWERS else 400)
        self.send_header("Content-Type", "application/x-amz-json-1.0" if target else "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def compact(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def lines(plan):
    """The plan as JSON, each resource on a line of its own."""
    members = []
    for key, value in plan.items():
        if key == "resource_changes":
            shown = "[\n" + ",\n".join(compact(item) for item in value) + "\n]"
        elif key == "configuration":
            root = dict(value["root_module"])
            resources = root.pop("resources", [])
            inner = ",\n".join(compact(item) for item in resources)
            shown = '{"provider_config":%s,\n"root_module":{"resources":[\n%s\n]%s' % (
                compact(value.get("provider_config", {})), inner, "".join(f",\n{compact(k)}:{compact(v)}" for k, v in root.items())) + "}}"
        else:
            shown = compact(value)
        members.append(f"{compact(key)}:{shown}")
    return "{" + ",\n".join(members) + "}\n"


def trimmed(plan):
    for name in ("planned_values", "timestamp", "relevant_attributes"):
        plan.pop(name, None)
    for change in [*plan.get("resource_changes", []), *({"change": c} for c in plan.get("output_changes", {}).values())]:
        change["change"].pop("before", None)
        change["change"].pop("before_sensitive", None)
    return plan


def plan(case, environment):
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "copy"
        shutil.copytree(case, copy, ignore=lambda _, names: [n for n in names if n.startswith("plan.")])

        def terraform(*arguments):
            run = subprocess.run(["terraform", *arguments], cwd=copy, env=environment, capture_output=True, text=True)
            if run.returncode:
                raise RuntimeError(run.stdout[-2000:] + run.stderr)
            return run.stdout

        terraform("init", "-no-color")
        options = case / "plan.args.json"
        if options.exists():
            terraform("workspace", "new", json.loads(options.read_text())["workspace"])
        terraform("plan", "-no-color", "-input=false", "-refresh=false", "-out=plan.bin")
        shown = json.loads(terraform("show", "-json", "plan.bin"))
    (case / "plan.json").write_text(lines(trimmed(shown)))
    print(case.name, len(shown.get("resource_changes", [])))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mirror", default="/opt/tf-plugins")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.NamedTemporaryFile("w", suffix=".tfrc") as settings:
        settings.write('provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' % arguments.mirror)
        settings.flush()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
        environment = kept | {
            "TF_CLI_CONFIG_FILE": settings.name, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1",
            "AWS_ACCESS_KEY_ID": "plan", "AWS_SECRET_ACCESS_KEY": "plan", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        }
        for case in sorted(CASES.iterdir()):
            if case.is_dir() and (not arguments.names or case.name in arguments.names):
                try:
                    plan(case, environment)
                except RuntimeError as error:
                    print(f"{case.name} FAILED\n{error}")


if __name__ == "__main__":
    main()
