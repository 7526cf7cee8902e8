#!/usr/bin/env python3
"""answers.py FOLDER > aws.answers: what data sources of the AWS provider answer without asking AWS, region by region.

FOLDER is empty or was used before; `terraform` and the provider have to be at hand (a mirror in the CLI configuration will do). Regions
that the provider does not know for a type are left out."""
import json
import os
import subprocess
import sys

REGIONS = """
us-east-1 us-east-2 us-west-1 us-west-2 af-south-1 ap-east-1 ap-east-2 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2
ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ap-northeast-1 ap-northeast-2 ap-northeast-3 ca-central-1
ca-west-1 eu-central-1 eu-central-2 eu-west-1 eu-west-2 eu-west-3 eu-north-1 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1
mx-central-1 sa-east-1 us-gov-east-1 us-gov-west-1 cn-north-1 cn-northwest-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 eu-isoe-west-1
us-isof-south-1 us-isof-east-1 eusc-de-east-1
""".split()
# Types, and the argument beside the region that their answer depends on, with its values.
TYPES = {
    "aws_cloudfront_log_delivery_canonical_user_id": {},
    "aws_cloudtrail_service_account": {},
    "aws_elastic_beanstalk_hosted_zone": {},
    "aws_elb_hosted_zone_id": {},
    "aws_elb_service_account": {},
    "aws_lb_hosted_zone_id": {"load_balancer_type": [None, "application", "network"]},
    "aws_redshift_service_account": {},
}
PROVIDER = """provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "x"
  secret_key                  = "y"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
data "aws_billing_service_account" "x" {}
"""


def questions():
    """(type, arguments) for each data source that is asked."""
    for kind, more in TYPES.items():
        for region in REGIONS:
            arguments = [{}] + [{name: value} for name, values in more.items() for value in values]
            for beside in arguments[1:] or arguments:
                yield kind, {"region": region, **beside}


def terraform(folder, *arguments):
    env = {**os.environ, "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(["terraform", f"-chdir={folder}", *arguments], env=env, capture_output=True, text=True)


def ask(folder, asked):
    """The answers by address, or the addresses that are refused."""
    blocks = [PROVIDER]
    for at, (kind, arguments) in enumerate(asked):
        body = "".join(f'  {name} = "{value}"\n' for name, value in arguments.items() if value)
        blocks.append(f'data "{kind}" "x{at}" {{\n{body}}}\n')
    with open(os.path.join(folder, "main.tf"), "w") as file:
        file.write("\n".join(blocks))
    if not os.path.exists(os.path.join(folder, ".terraform")):
        terraform(folder, "init").check_returncode()
    planned = terraform(folder, "plan", "-json", "-out", "plan")
    messages = [json.loads(line).get("diagnostic") or {} for line in planned.stdout.splitlines()]
    refused = {message.get("address") for message in messages if message.get("severity") == "error"}
    if refused:
        return None, refused
    shown = json.loads(terraform(folder, "show", "-json", "plan").stdout)
    resources = shown["prior_state"]["values"]["root_module"]["resources"]
    return {resource["address"]: resource["values"] for resource in resources}, refused


def row(kind, arguments, values):
    attributes = {name: value for name, value in values.items() if value is not None and name not in arguments}
    attributes.pop("region", None)
    parts = [arguments, dict(sorted(attributes.items()))]
    words = [" ".join(f"{name}={value or ''}" for name, value in part.items()) for part in parts]
    return "\t".join([kind, *words])


def main():
    folder = sys.argv[1]
    asked = list(questions())
    while True:
        answers, refused = ask(folder, asked)
        if answers is not None:
            break
        left = [it for at, it in enumerate(asked) if f"data.{it[0]}.x{at}" not in refused]
        if len(left) == len(asked):
            sys.exit(f"the provider refuses {refused}")
        asked = left
    rows = [row("aws_billing_service_account", {}, answers["data.aws_billing_service_account.x"])]
    rows += [row(*it, answers[f"data.{it[0]}.x{at}"]) for at, it in enumerate(asked)]
    print("\n".join(sorted(rows)))


main()
