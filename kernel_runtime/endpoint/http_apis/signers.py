"""Who has signed a request to a site whose authorization is AWS_IAM."""

from __future__ import annotations

from datetime import UTC, datetime

from ...sources.payloads.http_v2 import Iam
from .. import signature
from ..arrival import Arrival
from ..credentials import Credentials
from ..denials import InvalidSignatureException


def signer(arrival: Arrival, credentials: Credentials, content: bytes, now: float, service: str) -> Iam:
    """``content``: the body. ``now``: seconds of the epoch. ``service``: whose signature it must be. Raises the refusals of SigV4 (AwsError)."""
    claim = signature.read(arrival, datetime.fromtimestamp(now, UTC))
    if claim.service != service:
        raise InvalidSignatureException(f"Credential should be scoped to correct service: '{service}'. ")
    key = claim.key(credentials)
    claim.check(key, signature.hash_of(content))
    return Iam(key.access_key, key.account, key.principal)
