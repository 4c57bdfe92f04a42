"""Endpoints that the user named for a service: real AWS, MinIO, DynamoDB Local.

A signature covers the host, so a request that goes elsewhere must be signed again. Who signs: the credentials in the URL
(``http://KEY:SECRET@localhost:9000``); for ``*.amazonaws.com`` else the user's own, as boto3 finds them; for any other host nobody, since what listens there
takes any signature (DynamoDB Local) or says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import botocore.session
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials

from .arrival import Arrival
from .caller import Caller
from .denials import ServiceUnavailableException
from .signature import SERVICES_WITH_RAW_PATHS

_NOT_FORWARDED = {"authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "host"}


@dataclass(frozen=True)
class Outside:
    """``origin`` is scheme, host and port; ``signing`` the credentials to sign with anew, None to leave the signature as it is."""

    origin: str
    host: str
    signing: Any

    @classmethod
    def of_url(cls, url: str) -> Outside:
        """Raises ValueError for what is not an http(s) URL."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"an endpoint is an http(s) URL, not {url!r}")
        host = parts.netloc.rpartition("@")[2]
        signing = None
        if parts.username:
            signing = SigningCredentials(unquote(parts.username), unquote(parts.password or ""))
        elif parts.hostname.endswith(".amazonaws.com"):
            signing = botocore.session.get_session().get_credentials()
        return cls(f"{parts.scheme}://{host}", host, signing)

    def headers(self, arrival: Arrival, caller: Caller, digest: str) -> list[tuple[str, str]]:
        """The request's headers as this endpoint must see them.

        Raises ServiceUnavailableException for a body signed chunk by chunk, which cannot be signed anew.
        """
        if self.signing is None:
            return [pair for pair in arrival.headers if pair[0] != "host"] + [("host", arrival.header("host") or self.host)]
        if digest.startswith("STREAMING-AWS4"):
            raise ServiceUnavailableException(
                f"A body signed in chunks cannot be passed on to {self.origin}: send it with payload signing off or in one piece."
            )
        kept = {name: value for name, value in arrival.fields.items() if name not in _NOT_FORWARDED}
        query = f"?{arrival.query}" if arrival.query else ""
        raw = caller.service in SERVICES_WITH_RAW_PATHS
        request = AWSRequest(arrival.method, f"{self.origin}{arrival.path}{query}", _signable(kept) | {"X-Amz-Content-SHA256": digest})
        signer = _S3Again if raw else SigV4Auth
        signer(self.signing, caller.service, caller.region).add_auth(request)
        unsigned = {name: value for name, value in kept.items() if name not in {told.lower() for told in request.headers}}
        return [*request.headers.items(), *unsigned.items(), ("host", self.host)]


class _S3Again(S3SigV4Auth):  # type: ignore[misc]
    """Signs the body's hash that is given instead of the body, which streams by."""

    def payload(self, request: Any) -> str:
        return str(request.context["digest"])

    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["digest"] = request.headers["X-Amz-Content-SHA256"]
        super()._modify_request_before_signing(request)


def _signable(headers: Mapping[str, str]) -> dict[str, str]:
    """What is signed: AWS's own headers and the content's; proxies may touch the rest."""
    return {name: value for name, value in headers.items() if name.startswith("x-amz-") or name in {"content-type", "content-md5"}}


def by_signing_name(services: Mapping[str, str]) -> dict[str, Outside]:
    """``services`` by boto3's names to endpoints by the names that signatures carry (``cloudwatch`` signs as ``monitoring``)."""
    session = botocore.session.get_session() if services else None
    known = set(session.get_available_services()) if session else set()
    found = {}
    for service, url in services.items():
        name = service
        if session and service in known:
            name = session.get_service_model(service).signing_name
        found[name] = Outside.of_url(url)
    return found
