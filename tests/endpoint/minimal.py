"""The smallest request that an operation's shape allows: its required members, as small as their constraints let them be, or what means something."""

from __future__ import annotations

from typing import Any

from botocore.model import OperationModel, Shape

from kernel_runtime.endpoint.constraints import bounds_of

from .operations.conftest import ROLE, zipped

ARN = "arn:aws:lambda:us-east-1:000000000000"


def minimal(operation: OperationModel, function: str) -> dict[str, Any]:
    """``function``: the name of a function that is there."""
    shape = operation.input_shape
    if shape is None:
        return {}
    meant = _meant(function) | _OF_OPERATION.get(operation.name, {})
    return {name: meant.get(name) or smallest(member) for name, member in shape.members.items() if name in shape.required_members or name in _ALWAYS}


def smallest(shape: Shape) -> Any:
    """A value of ``shape`` with nothing that may be left out."""
    least = int(bounds_of(shape)[0] or 0)
    match shape.type_name:
        case "structure":
            return {name: smallest(member) for name, member in shape.members.items() if name in shape.required_members}
        case "list":
            return [smallest(shape.member) for _ in range(least)]
        case "map":
            return {}
        case "boolean":
            return False
        case "blob":
            return b""
        case "string":
            return shape.enum[0] if shape.enum else "1" * max(least, 1)
        case _:
            return least


_ALWAYS = {"Code", "Runtime", "Handler"}
"""Members that the shape does not require and Lambda does."""


def _meant(function: str) -> dict[str, Any]:
    return {
        "FunctionName": function,
        "Role": ROLE,
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "Code": {"ZipFile": zipped()},
        "Content": {"ZipFile": zipped()},
        "Arn": f"{ARN}:layer:none:1",
        "Resource": f"{ARN}:function:{function}",
        "ResourceArn": f"{ARN}:function:{function}",
        "EventSourceArn": "arn:aws:sqs:us-east-1:000000000000:queue",
        "CodeSigningConfigArn": f"{ARN}:code-signing-config:csc-0123456789abcdef0",
        "AllowedPublishers": {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/any/version"]},
        "UUID": "00000000-0000-0000-0000-000000000000",
        "Name": "live",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
        "FunctionVersion": "$LATEST",
        "Policy": '{"Version": "2012-10-17", "Statement": []}',
        "CapacityProviderName": "any",
        "DurableExecutionArn": f"{ARN}:function:{function}:1/durable-execution/a/b",
        "Tags": {},
        "TagKeys": ["colour"],
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "PermissionsConfig": {"CapacityProviderOperatorRoleArn": ROLE},
        "InvokeArgs": b"{}",
    }


_OF_OPERATION: dict[str, dict[str, Any]] = {
    "CreateFunction": {"FunctionName": "another"},
    "AddLayerVersionPermission": {"Action": "lambda:GetLayerVersion", "Principal": "*"},
}
