#!/usr/bin/env python3
"""aws.py SCHEMA.json PROVIDER VERSION > aws.facts: the table of facts about the types of the AWS provider.

SCHEMA.json is what `terraform providers schema -json` prints; PROVIDER is the provider's program. What a schema does not say is asked of
the provider itself, offline: a planned creation with nothing but what is required shows the defaults, and which blocks the provider makes
by itself. Needs the packages grpcio and msgpack."""
import json
import os
import subprocess
import sys

import grpc
import msgpack

KINDS = {"string": "s", "number": "n", "bool": "b", "dynamic": "a"}
COLLECTIONS = {"list": "[", "set": "<", "map": "{"}
NESTINGS = {**COLLECTIONS, "single": ".", "group": "^"}
LONGEST = 6_000
REGION = "eu-west-1"
# What some types need beyond what their schema requires.
NEEDED = {
    "aws_lambda_function": {"filename": "x", "handler": "x", "runtime": "python3.12"},
    "aws_dynamodb_table": {"hash_key": "x", "read_capacity": 1, "write_capacity": 1, "attribute": [{"name": "x", "type": "S"}]},
    "aws_kinesis_stream": {"shard_count": 1},
    "aws_lb_target_group": {"port": 1, "protocol": "HTTP", "vpc_id": "x"},
    "aws_alb_target_group": {"port": 1, "protocol": "HTTP", "vpc_id": "x"},
    "aws_lightsail_instance": {"availability_zone": "eu-west-1a"},
    "aws_fsx_lustre_file_system": {"storage_capacity": 1200, "subnet_ids": ["x"]},
    "aws_api_gateway_authorizer": {"type": "TOKEN", "authorizer_uri": "x"},
}
UNKNOWN = msgpack.ExtType(0, b"\0")


class Provider:
    """The provider's program, spoken to as Terraform does (plugin protocol 5)."""

    def __init__(self, program, schema):
        self.program, self.schema = program, schema
        self.start()

    def start(self):
        cookie = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
        environment = {**os.environ, "TF_PLUGIN_MAGIC_COOKIE": cookie, "PLUGIN_PROTOCOL_VERSIONS": "5"}
        self.process = subprocess.Popen([self.program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        address = self.process.stdout.readline().decode().split("|")[3]
        limit = [("grpc.max_receive_message_length", 1 << 28)]
        self.channel = grpc.insecure_channel(f"unix:{address}", options=limit)
        self.configure(self.schema)

    def call(self, method, request):
        return self.channel.unary_unary(f"/tfplugin5.Provider/{method}")(request, timeout=60)

    def configure(self, schema):
        skipped = [name for name in schema["attributes"] if name.startswith("skip_")]
        config = empty(schema) | {name: True for name in skipped}
        config |= {"region": REGION, "access_key": "x", "secret_key": "x", "skip_metadata_api_check": "true"}
        self.call("Configure", field(1, b"1.11.4") + field(2, dynamic(config)))

    def plan(self, name, block, config):
        proposed = propose(block, config)
        request = field(1, name.encode()) + field(2, dynamic(None)) + field(3, dynamic(proposed)) + field(4, dynamic(config))
        fields = read(self.call("PlanResourceChange", request))
        state = read(fields[1][0]).get(1) if 1 in fields else None
        return msgpack.unpackb(state[0], strict_map_key=False) if state else None


def field(number, content):
    """A field of a protocol buffer that holds bytes."""
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def read(message):
    """The fields of a message by number."""
    fields, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = number()
        if key & 7 == 2:
            size = number()
            fields.setdefault(key >> 3, []).append(message[at : at + size])
            at += size
        else:
            number()
    return fields


def dynamic(value):
    return field(1, msgpack.packb(value))


def empty(block):
    """A block without anything written."""
    blocks = block.get("block_types", {}).items()
    missing = {name: {} if it["nesting_mode"] == "map" else [] for name, it in blocks}
    missing |= {name: None for name, it in blocks if it["nesting_mode"] in ("single", "group")}
    return {name: None for name in block.get("attributes", {})} | missing


def sample(kind):
    if isinstance(kind, str):
        return {"number": 1, "bool": False}.get(kind, "x")
    if kind[0] == "object":
        return {name: sample(inner) for name, inner in kind[1].items()}
    return {} if kind[0] == "map" else [sample(kind[1])]


def least(block, required):
    """A block with what is required, as samples or unknown values, or without."""
    needed = {name: it for name, it in block.get("attributes", {}).items() if it.get("required") and required != "nothing"}
    needed = {name: sample(it["type"]) if required == "sample" else UNKNOWN for name, it in needed.items()}
    blocks = block.get("block_types", {}).items()
    nested = {name: [least(it["block"], required)] for name, it in blocks if it.get("min_items") and it["nesting_mode"] in ("list", "set")}
    return empty(block) | needed | nested


def propose(block, config):
    """What Terraform proposes: what is written, unknown where the provider may decide."""
    state = dict(config)
    for name, it in block.get("attributes", {}).items():
        if it.get("computed") and state[name] is None:
            state[name] = UNKNOWN
    for name, it in block.get("block_types", {}).items():
        if isinstance(state[name], list):
            state[name] = [propose(it["block"], item) for item in state[name]]
        elif state[name]:
            state[name] = propose(it["block"], state[name])
    return state


class Asked:
    """What a planned creation shows of one type."""

    def __init__(self, provider, name, block):
        self.provider, self.name, self.root = provider, name, block
        self.defaults, self.computed = {}, set()
        self.ask((), [])

    def ask(self, path, chain):
        """Plan with one block of each name on the path, and look at the innermost."""
        state = next(filter(None, map(lambda kind: self.plan(chain, kind), ("sample", "unknown", "nothing"))), None)
        if state is None:
            print(f"{self.name} {path}: no answer", file=sys.stderr)
            return
        block = self.root
        for name, it in chain:
            state = state.get(name) if isinstance(state, dict) else None
            state = state[0] if isinstance(state, list) and len(state) == 1 else state
            block = it["block"]
        if not isinstance(state, dict):
            return
        for name, it in block.get("attributes", {}).items():
            value = state.get(name) if path or name not in NEEDED.get(self.name, {}) else None
            known = value is not None and not isinstance(value, (msgpack.ExtType, bytes))
            if it.get("optional") and not it.get("required") and known and value not in ([], {}, REGION):
                self.defaults[(*path, name)] = value
        for name, it in block.get("block_types", {}).items():
            if isinstance(state.get(name), msgpack.ExtType):
                self.computed.add((*path, name))
            if len(path) < 4:
                self.ask((*path, name), [*chain, (name, it)])

    def plan(self, chain, required):
        config = self.config(self.root, [name for name, _ in chain], required) | NEEDED.get(self.name, {})
        try:
            return self.provider.plan(self.name, self.root, config)
        except grpc.RpcError:
            # The provider's own checks may rest on what nobody wrote, and break it.
            self.provider.process.kill()
            self.provider.start()
            return None

    def config(self, block, names, required):
        config = least(block, required)
        if names:
            it = block["block_types"][names[0]]
            inner = self.config(it["block"], names[1:], required)
            config[names[0]] = inner if it["nesting_mode"] in ("single", "group") else [inner]
        return config


def kind(it):
    if isinstance(it, str):
        return KINDS[it]
    if it[0] == "object":
        optional = it[2] if len(it) > 2 else []
        members = (f"{name}:{kind(inner)}{'?' if name in optional else ''}" for name, inner in sorted(it[1].items()))
        return f"({','.join(members)})"
    return COLLECTIONS[it[0]] + kind(it[1])


def items(block, asked, path=(), depth=99, in_set=False):
    out = []
    for name, it in sorted(block.get("attributes", {}).items()):
        flags = "".join(sign for word, sign in zip(("required", "optional", "computed", "sensitive"), "!?=*") if it.get(word))
        default = asked.defaults.get((*path, name)) if asked else None
        # What a plan shows only because the provider cannot say "nothing" there: always for texts, and for all in sets.
        filler = default == "" or in_set and default in (0, False)
        text = "" if default is None else ("~~" if filler else "~") + json.dumps(default, separators=(",", ":"))
        out.append(f"{name}:{kind(it['type'])}{flags}{text}")
    for name, it in sorted(block.get("block_types", {}).items()):
        least_items, most = it.get("min_items", 0), it.get("max_items", 0)
        bounds = f"{least_items}-{most}" if least_items or most else ""
        made = "=" if asked and (*path, name) in asked.computed else ""
        inside = in_set or it["nesting_mode"] == "set"
        inner = items(it["block"], asked, (*path, name), depth - 1, inside) if depth else "..."
        out.append(f"{name}{NESTINGS[it['nesting_mode']]}{bounds}{made}({inner})")
    return " ".join(out)


def line(name, block, asked=None):
    """One type; of the few whose blocks hold themselves over and over, the outer ones."""
    for depth in (99, 5, 4, 3, 2, 1):
        text = items(block, asked, depth=depth)
        if len(text) <= LONGEST:
            break
    return f"{name}\t{text}"


def main():
    schema_file, program, version = sys.argv[1:]
    schemas = json.load(open(schema_file))["provider_schemas"]["registry.terraform.io/hashicorp/aws"]
    configuration = schemas["provider"]["block"]
    provider = Provider(program, configuration)
    try:
        lines = [line("provider.aws", configuration)]
        data = [line(f"data.{name}", it["block"]) for name, it in schemas["data_source_schemas"].items()]
        lines += [text for text in data if len(text) < LONGEST]
        for name, it in schemas["resource_schemas"].items():
            huge = len(items(it["block"], None)) > LONGEST
            asked = None if huge else Asked(provider, name, it["block"])
            lines.append(line(name, it["block"], asked))
    finally:
        provider.process.kill()
    print(f"# provider hashicorp/aws {version}")
    print("# source the provider's schema; defaults as a planned creation shows them")
    print("\n".join(sorted(lines)))


main()
