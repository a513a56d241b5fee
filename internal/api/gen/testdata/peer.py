"""Lets botocore write requests and read answers, for botocore_test.go.

serialize: a request for every operation of botocore's own models, a JSON line each.
parse: reads answers as JSON lines from standard input, prints what botocore reads.
"""
import base64
import datetime
import json
import sys
import urllib.parse

import botocore.awsrequest
import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize

SERVICES = ["iam", "sts", "organizations"]


def models():
    loader = botocore.loaders.Loader()
    return {name: botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name) for name in SERVICES}


class Sample:
    """Fills an input: every member, values that differ."""

    def __init__(self):
        self.n = 0

    def of(self, shape, seen=()):
        self.n += 1
        kind = shape.type_name
        if kind == "structure":
            seen = seen + (shape.name,)
            return {name: self.of(member, seen) for name, member in shape.members.items() if member.name not in seen}
        if kind == "list":
            return [self.of(shape.member, seen) for _ in range(2)]
        if kind == "map":
            return {"key %d" % i: self.of(shape.value, seen) for i in range(2)}
        if kind == "boolean":
            return self.n % 2 == 0
        if kind in ("integer", "long"):
            return self.n
        if kind == "timestamp":
            return datetime.datetime(2026, 11, 24, 14, 0, self.n % 60, tzinfo=datetime.timezone.utc)
        if kind == "blob":
            return b"\x00\xff blob %d" % self.n
        return "text +&=%%/<\u00e9\U0001F422> %d" % self.n


def data(value):
    """A value as JSON: times as seconds, bytes as base64."""
    if isinstance(value, dict):
        return {name: data(member) for name, member in value.items()}
    if isinstance(value, list):
        return [data(member) for member in value]
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    return value


def serialize():
    for name, model in models().items():
        serializer = botocore.serialize.create_serializer(model.metadata["protocol"], include_validation=False)
        for operation in model.operation_names:
            op = model.operation_model(operation)
            params = Sample().of(op.input_shape) if op.input_shape else {}
            request = serializer.serialize_to_request(params, op)
            body = request["body"]
            if isinstance(body, dict):  # botocore's client encodes forms as the last step
                body = urllib.parse.urlencode(body)
            if isinstance(body, bytes):
                body = body.decode()
            print(json.dumps({"service": name, "operation": operation, "method": request["method"], "path": request["url_path"],
                              "query": request["query_string"] or "", "headers": dict(request["headers"]), "body": body, "params": data(params)}))


def shape_of(answer, known):
    if "shapes" in answer:
        return botocore.model.ShapeResolver(answer["shapes"]).get_shape_by_name("Output")
    try:
        return known[answer["service"]].operation_model(answer["operation"]).output_shape
    except botocore.model.OperationNotFoundError:
        return None


def missing(shape, value, at="", seen=()):
    """The members of the shape that the answer does not have."""
    if shape.type_name == "structure" and shape.name not in seen:
        for name, member in shape.members.items():
            if name not in value:
                yield at + "." + name
            else:
                yield from missing(member, value[name], at + "." + name, seen + (shape.name,))
    elif shape.type_name == "list":
        for element in value[:1]:
            yield from missing(shape.member, element, at + "[]", seen)


def parse():
    known = models()
    for line in sys.stdin:
        answer = json.loads(line)
        parser = botocore.parsers.create_parser(answer["protocol"])
        shape = shape_of(answer, known)
        response = {"status_code": answer["status"], "headers": botocore.awsrequest.HeadersDict(answer["headers"]), "body": answer["body"].encode()}
        try:
            parsed = parser.parse(response, shape)
        except Exception as e:
            print(json.dumps({"fault": repr(e)}))
            continue
        members = list(missing(shape, parsed)) if shape and answer["status"] < 300 and "shapes" not in answer else []
        print(json.dumps({"known": shape is not None, "missing": members, "parsed": data(parsed)}))


{"serialize": serialize, "parse": parse}[sys.argv[1]]()
