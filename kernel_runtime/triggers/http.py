"""A function over HTTP, in the notebook's words: a function URL of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from ..endpoint.addresses import path_of
from .link import Link, link

if TYPE_CHECKING:
    from ..lab import Lab

PERMISSIONS = (
    {"StatementId": "FunctionURLAllowPublicAccess", "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
    {"StatementId": "FunctionURLInvokeAllowPublicAccess", "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
)
"""What Lambda's console adds to a function's policy with a URL of AuthType NONE."""


def function_url(
    lab: Lab,
    name: str,
    *,
    qualifier: str | None = None,
    auth: Literal["NONE", "AWS_IAM"] = "NONE",
    cors: Mapping[str, Any] | None = None,
    stream: bool = False,
) -> Link:
    """Make the function's URL, or let the one that it has be so, with the permissions that the console adds. Raises botocore's ClientError."""
    aws = lab.boto3("lambda")
    named = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    wanted = {"AuthType": auth, "Cors": dict(cors or {}), "InvokeMode": "RESPONSE_STREAM" if stream else "BUFFERED"}
    try:
        config = aws.create_function_url_config(**named, **wanted)
    except aws.exceptions.ResourceConflictException:
        config = aws.update_function_url_config(**named, **wanted)
    if auth == "NONE":
        for permission in PERMISSIONS:
            try:
                aws.add_permission(**named, Principal="*", **permission)
            except aws.exceptions.ResourceConflictException:
                pass  # it is there
    return link(lab.endpoint_url, path_of("lambda-url", _id(config["FunctionUrl"])) + "/")


def url(lab: Lab, name: str) -> Link:
    """The function's URL as it is; made, open to anybody, where it has none."""
    aws = lab.boto3("lambda")
    try:
        config = aws.get_function_url_config(FunctionName=name)
    except aws.exceptions.ResourceNotFoundException:
        return function_url(lab, name)
    return link(lab.endpoint_url, path_of("lambda-url", _id(config["FunctionUrl"])) + "/")


def _id(function_url: str) -> str:
    return (urlsplit(function_url).hostname or "").partition(".")[0]
