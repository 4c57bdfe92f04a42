"""A request as it arrived: exactly what was sent, since a signature covers exactly that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

AS_SENT = "headers_as_sent"
"""Where an ASGI scope's state has ``as_sent`` (``http.DoorProtocol``)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """``path`` and ``query`` are still percent-encoded; ``headers`` are (lower-case name, value) in the order sent, repeated ones too. ``as_sent`` gives them
    with their names as they were spelled, where that is known."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    peer: str = "127.0.0.1"
    as_sent: Callable[[], list[tuple[bytes, bytes]]] = field(default=list, repr=False, compare=False)
    _by_name: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[str, str] = {}
        for name, value in self.headers:
            by_name[name] = f"{by_name[name]},{value}" if name in by_name else value
        object.__setattr__(self, "_by_name", by_name)

    @classmethod
    def of_scope(cls, scope: Mapping[str, Any]) -> Arrival:
        """From an ASGI scope."""
        headers = tuple((name.decode("latin-1"), _text(value)) for name, value in scope["headers"])
        client = scope.get("client")
        path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
        as_sent = scope.get("state", {}).get(AS_SENT, list)
        return cls(scope["method"], path, query, headers, client[0] if client else "127.0.0.1", as_sent)

    def header(self, name: str) -> str | None:
        """The value of a header, by its lower-case name; repeated ones joined by a comma (RFC 9110)."""
        return self._by_name.get(name)

    def spelling(self) -> dict[str, str]:
        """Names of headers as they were sent, by their lower-case form."""
        return {name.lower().decode("latin-1"): name.decode("latin-1") for name, _ in self.as_sent()}

    @property
    def fields(self) -> Mapping[str, str]:
        """Every header once, by its lower-case name."""
        return self._by_name


def _text(value: bytes) -> str:
    """Header bytes are UTF-8 where they can be: a signature is computed over their UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
