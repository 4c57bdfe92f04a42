"""Which names the door answers to. A web page must not reach a server on this machine by a name of its own (DNS rebinding) nor from another site.

A name that only this machine resolves is safe: loopback addresses, ``localhost`` and every name below it (S3's virtual hosts ``bucket.s3.localhost``,
function URLs ``ID.lambda-url.REGION.localhost``). So are ``ID.lambda-url.REGION.on.aws`` and ``ID.execute-api.REGION.amazonaws.com``, whose zones are AWS's.
A door that is bound to more than loopback also answers to plain addresses and to this machine's name: rebinding needs a name that the attacker owns.
What functions serve by a path of the door's is open under any name and to any page, as it is on the internet: who calls must know its id.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from .addresses import ZONES, Address, in_host, in_path
from .arrival import Arrival
from .denials import AccessDeniedException


class Names:
    """``bound`` is the address that the door listens on; ``extra`` are names that the user vouches for (with all names below them)."""

    def __init__(self, bound: str = "127.0.0.1", extra: Iterable[str] = ()) -> None:
        self._beyond_loopback = not _is_loopback(bound)
        own = {bound.lower(), socket.gethostname().lower()} if self._beyond_loopback else {bound.lower()}
        self._names = {"localhost", *own, *(name.lower() for name in extra)}
        self._is_ours = lru_cache(maxsize=256)(self._find)

    def check(self, arrival: Arrival) -> None:
        """Raises AccessDeniedException for a Host that is not the door's, and for an Origin of another site."""
        host = host_of(arrival)
        if not self._is_ours(host):
            raise AccessDeniedException(
                f"This lab does not answer to the host {host!r}: only to localhost, *.localhost and loopback addresses. "
                "Use one of these in endpoint_url, or name the host in allowed_hosts when the lab is started."
            )
        origin = arrival.header("origin")
        if origin is not None and not self._is_ours(_hostname(origin)):
            raise AccessDeniedException(
                f"This lab takes no requests from pages of another site ({origin!r}). Name its host in allowed_hosts when the lab is started to allow it."
            )

    def site(self, arrival: Arrival) -> Address | None:
        """What functions serve there, under rules of its own (CORS among them); None where the request is for AWS's API."""
        host = host_of(arrival)
        named = in_host(host, arrival.path)
        if named and (named[1] == ZONES[named[0].kind] or self._is_ours(named[1])):
            return named[0]
        return in_path(arrival.path) if ".s3." not in host else None  # a bucket's host: the path is a key

    def _find(self, host: str) -> bool:
        if not host:
            return False
        if _is_address(host):
            return _is_loopback(host) or self._beyond_loopback or host in self._names
        return any(host == name or host.endswith(f".{name}") for name in self._names if not _is_address(name))


@lru_cache(maxsize=256)
def _name_in(header: str) -> str:
    return _hostname(f"//{header}")


def host_of(arrival: Arrival) -> str:
    """The Host's name: lower case, without port, brackets and a last dot."""
    return _name_in(arrival.header("host") or "")


def _hostname(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return ipaddress.ip_address(host).is_loopback if _is_address(host) else host in {"localhost", ""}
