"""In the companion: who made the request that is being answered, which only the door knows; it says so in headers of its own."""

from __future__ import annotations

from dataclasses import dataclass

import flask

REQUESTER, SOURCE_IP, REQUEST_ID = "x-serverless-lab-requester", "x-serverless-lab-source-ip", "x-serverless-lab-request-id"


@dataclass(frozen=True, slots=True)
class Requested:
    """requester: the UserId that GetCallerIdentity would tell. request_id: 16 characters, as S3's are."""

    requester: str
    source_ip: str
    request_id: str


def requested() -> Requested:
    """Of the request that this thread answers."""
    fields = flask.request.headers if flask.has_request_context() else {}
    return Requested(fields.get(REQUESTER, ""), fields.get(SOURCE_IP, "127.0.0.1"), fields.get(REQUEST_ID, "")[:16].upper())


def by_the_way(kind: str) -> bool:
    """Whether moto tells of a kind of change that the request did not ask for: tags set with an object, the object that an upload in parts becomes."""
    asked = flask.request.args if flask.has_request_context() else {"tagging": ""}
    return (kind == "s3:ObjectTagging:Put" and "tagging" not in asked) or (kind == "s3:ObjectCreated:Put" and "uploadId" in asked)
