"""Requests that the shape allows and that name what is there, in every form that names have: what reaches an operation's own rules."""

from __future__ import annotations

from typing import Any

from botocore.model import OperationModel
from hypothesis import strategies as st

from .minimal import ARN, minimal
from .operations.conftest import ROLE, zipped
from .values import values

_FUNCTION = f"{ARN}:function:there"
_QUALIFIERS = ["$LATEST", "1", "2", "99", "live", "nobody"]
_POLICY = '{"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Deny", "Principal": "*", "Action": "lambda:GetFunction", "Resource": "%s"}]}'
POOLS: dict[str, list[Any]] = {
    "FunctionName": [
        *("there", "there:live", "there:1", "there:$LATEST", "there:nobody", "elsewhere", "function:there", "000000000000:function:there"),
        *(_FUNCTION, f"{_FUNCTION}:live", f"{_FUNCTION}:99", "arn:aws:lambda:eu-west-1:000000000000:function:there", "111122223333:function:there"),
    ],
    "Qualifier": _QUALIFIERS,
    "FunctionVersion": _QUALIFIERS,
    "Name": ["live", "canary", "nobody"],
    "LayerName": ["there", f"{ARN}:layer:there", "nobody", "arn:aws:lambda:us-east-1:111122223333:layer:there"],
    "VersionNumber": [1, 2, 99],
    "Arn": [f"{ARN}:layer:there:1", f"{ARN}:layer:there:99", f"{ARN}:layer:nobody:1"],
    "Layers": [[], [f"{ARN}:layer:there:1"], [f"{ARN}:layer:there:1"] * 2, [f"{ARN}:layer:there:99"], [f"{ARN}:layer:there:{n}" for n in range(1, 7)]],
    "Resource": [_FUNCTION, f"{_FUNCTION}:live", f"{ARN}:function:nobody", f"{ARN}:layer:there"],
    "ResourceArn": [_FUNCTION, f"{_FUNCTION}:1", f"{_FUNCTION}:live", f"{ARN}:function:nobody"],
    "Policy": [_POLICY % _FUNCTION, _POLICY % "*", "{}", "[]", "text", _POLICY % f"{_FUNCTION}:live"],
    "RoutingConfig": [{"AdditionalVersionWeights": weights} for weights in ({}, {"1": 0.5}, {"2": 0.0}, {"99": 0.1}, {"$LATEST": 0.5}, {"1": 0.1, "2": 0.1})],
    "ReservedConcurrentExecutions": [0, 1, 100, 900, 901, 1_000, 2**31 - 1],
    "ProvisionedConcurrentExecutions": [1, 2, 1_000, 2**31 - 1],
    "MemorySize": [128, 129, 10_240],
    "Timeout": [1, 900],
    "EphemeralStorage": [{"Size": 512}, {"Size": 10_240}],
    "Environment": [{"Variables": given} for given in ({}, {"A": "1"}, {"AWS_REGION": "x"}, {"A": "x" * 4_097}, {"_X": ""}, {"A_": "é" * 2_040})],
    "Architectures": [["x86_64"], ["arm64"]],
    "Role": [ROLE, "arn:aws:iam::000000000000:role/nobody", "arn:aws:iam::111122223333:role/serverless-lab"],
    "Handler": ["index.handler", "handler", "a/b.c", "x"],
    "Runtime": ["python3.13", "python3.12", "nodejs22.x", "java21"],
    "Code": [{"ZipFile": code} for code in (b"", b"PK", zipped(), zipped("def handler(event, context):\n    return 2\n"))] + [{}, {"ImageUri": "a.dkr/b:1"}],
    "ZipFile": [b"", b"no zip", zipped(), zipped("x = 1")],
    "Content": [{"ZipFile": b""}, {"ZipFile": zipped()}, {}],
    "SnapStart": [{"ApplyOn": "None"}, {"ApplyOn": "PublishedVersions"}],
    "PackageType": ["Zip", "Image"],
    "EventSourceArn": [f"arn:aws:{rest}" for rest in ("sqs:us-east-1:000000000000:q", "kinesis:us-east-1:000000000000:stream/s", "s3:::b", "nonsense")],
    "StartingPosition": ["LATEST", "TRIM_HORIZON", "AT_TIMESTAMP"],
    "MaxItems": [1, 2, 50],
    "Marker": ["", "bm9ib2R5", "nobody", "é", "=" * 50],
    "RevisionId": ["stale"],
    "StatementId": ["a", "b"],
    "Action": ["lambda:InvokeFunction", "lambda:*", "lambda:GetLayerVersion", "s3:GetObject"],
    "Principal": ["*", "000000000000", "s3.amazonaws.com", "arn:aws:iam::111122223333:root", "nobody"],
    "Payload": [b"", b"{}", b"null", b"no json", b'{"a": "\xff"}', b"[1]", b"1" * 300_000],
    "InvocationType": ["RequestResponse", "Event", "DryRun"],
    "LogType": ["Tail", "None"],
    "ClientContext": ["e30=", "no base64", "eA==", "W10="],
    "TagKeys": [["colour"], ["aws:x"], []],
    "Tags": [{}, {"colour": "blue"}, {"aws:x": "y"}, {f"k{n}": "v" for n in range(51)}, {"k" * 129: "v"}, {"k": "v" * 257}],
}
"""By member: values that are there, that nearly are, and that Lambda refuses for reasons beyond the shape."""


@st.composite
def meaningful(draw: st.DrawFn, operation: OperationModel) -> dict[str, Any]:
    """Every required member, and each other one now and then."""
    shape = operation.input_shape
    if shape is None:
        return {}
    smallest = minimal(operation, "there")
    request: dict[str, Any] = {}
    for name, member in shape.members.items():
        if name in POOLS and (name in smallest or draw(st.integers(0, 2)) == 0):
            request[name] = draw(st.sampled_from(POOLS[name]))
        elif name in smallest:
            request[name] = smallest[name]
        elif draw(st.integers(0, 4)) == 0:
            request[name] = draw(values(member))
    return request
