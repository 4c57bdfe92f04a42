"""STS's GetCallerIdentity, answered by the door itself: only the door knows who signed (STS API Reference, GetCallerIdentity)."""

from __future__ import annotations

from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from .answer import Answer
from .arrival import Arrival
from .caller import Caller

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def action_of(arrival: Arrival, body: bytes) -> str | None:
    """The ``Action`` of a query-protocol request, in its form or in its URL."""
    form = body.decode("latin-1") if arrival.method == "POST" else arrival.query
    found = parse_qs(form).get("Action") or parse_qs(arrival.query).get("Action")
    return found[0] if found else None


def user_id(caller: Caller) -> str:
    """An account's number for its root user, ``ROLE_ID:SESSION`` for a role."""
    role, _, session = caller.principal.partition(":assumed-role/")[2].partition("/")
    return f"{caller.access_key.replace('ASIA', 'AROA', 1)}:{session}" if role else caller.account


def caller_identity(caller: Caller) -> Answer:
    """Account, ARN and UserId."""
    told = f"<Arn>{escape(caller.principal)}</Arn><UserId>{escape(user_id(caller))}</UserId><Account>{caller.account}</Account>"
    body = (
        f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}"><GetCallerIdentityResult>{told}</GetCallerIdentityResult>'
        f"<ResponseMetadata><RequestId>{caller.request_id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )
    return Answer(200, (("Content-Type", "text/xml"),), body.encode())
