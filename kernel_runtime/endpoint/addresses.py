"""Where a function is served over HTTP: by a name of its own, or by a path of the door's that needs no name.

``ID.lambda-url.REGION.on.aws`` and ``ID.execute-api.REGION.amazonaws.com`` as AWS has them; below ``localhost`` or any other name of the door's in their
place; and ``/_lambda-url/ID/…``, ``/_execute-api/ID/…``, which get through any proxy. No bucket can have a name that begins so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["lambda-url", "execute-api"]
ZONES = {"lambda-url": "on.aws", "execute-api": "amazonaws.com"}
_HOST = re.compile(r"(?P<id>[a-z0-9]{1,64})\.(?P<kind>lambda-url|execute-api)\.(?P<region>[a-z0-9-]+)\.(?P<zone>.+)\Z")
_PATH = re.compile(r"/_(?P<kind>lambda-url|execute-api)/(?P<id>[a-z0-9]{1,64})(?P<rest>/.*)?\Z", re.S)


@dataclass(frozen=True, slots=True)
class Address:
    """``region`` is empty where the address does not say it. ``path`` is what the site itself is asked for, percent-encoded as sent."""

    kind: Kind
    id: str
    region: str
    path: str


def in_host(host: str, path: str) -> tuple[Address, str] | None:
    """With the zone that the name lies in, which is still to be judged."""
    found = _HOST.match(host)
    return (Address(found["kind"], found["id"], found["region"], path or "/"), found["zone"]) if found else None  # type: ignore[arg-type]


def in_path(path: str) -> Address | None:
    found = _PATH.match(path)
    return Address(found["kind"], found["id"], "", found["rest"] or "/") if found else None  # type: ignore[arg-type]


def path_of(kind: Kind, id: str) -> str:
    """The path form, without a last slash."""
    return f"/_{kind}/{id}"
