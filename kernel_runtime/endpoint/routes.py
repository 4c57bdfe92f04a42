"""(method, path, query) -> operation and its URI labels: a tree of path segments, built from botocore's ``http.requestUri``.

A static segment goes before a label, and a route that also asks for a piece of query (``?find=LayerVersion``) before one that asks for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from botocore.model import OperationModel

from ..model.errors import AccessDeniedException, SerializationException

Query = Mapping[str, list[str]]
_NOTHING: Query = {}
_FIELDS_MAX = 1_000


class Route(NamedTuple):
    """``labels`` are the URI's members by their names on the wire, URL-decoded."""

    operation: str
    labels: dict[str, str]


class _Leaf(NamedTuple):
    operation: str
    labels: tuple[str, ...]
    asked: tuple[tuple[str, str], ...]


@dataclass
class _Node:
    static: dict[str, _Node] = field(default_factory=dict)
    label: _Node | None = None
    leaves: dict[str, list[_Leaf]] = field(default_factory=dict)
    """by method"""


_NOWHERE = _Node()


class Routes:
    """All operations' places. ``find`` is the one question."""

    def __init__(self, operations: Iterable[OperationModel]) -> None:
        self._root = _Node()
        for operation in operations:
            self._plant(operation)

    def _plant(self, operation: OperationModel) -> None:
        path, _, asked = operation.http["requestUri"].partition("?")
        node, labels = self._root, []
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                labels.append(segment.strip("{}"))
                node.label = node = node.label or _Node()
            else:
                node = node.static.setdefault(segment, _Node())
        leaves = node.leaves.setdefault(operation.http["method"], [])
        leaves.append(_Leaf(operation.name, tuple(labels), tuple(parse_qsl(asked))))
        leaves.sort(key=lambda leaf: -len(leaf.asked))

    def find(self, method: str, path: str, query: Query) -> Route:
        """The operation at ``path``, which is the path as it came, still URL-encoded (an ARN's ``/`` must not look like one of the path's).

        One trailing slash is tolerated: older SDKs sent it.

        Raises AccessDeniedException where there is none, for an unknown path and a wrong method alike: AWS authorises before it dispatches, and a
        signed request that no operation fits is recorded as 403 ``Unable to determine service/operation name to be authorized`` (an API Gateway
        integration with GET on /invocations shows it). Raises SerializationException where a label is not UTF-8.
        """
        segments = path.split("/")
        if len(segments) > 2 and not segments[-1]:
            segments.pop()
        found = _walk(self._root, segments[1:], ()) if segments[0] == "" else None
        node, labels = found or (_NOWHERE, ())
        for leaf in node.leaves.get(method, ()):
            if all(value in query.get(key, ()) for key, value in leaf.asked):
                return Route(leaf.operation, dict(zip(leaf.labels, map(_decoded, labels), strict=True)))
        raise AccessDeniedException("Unable to determine service/operation name to be authorized")


def _walk(node: _Node, segments: list[str], labels: tuple[str, ...]) -> tuple[_Node, tuple[str, ...]] | None:
    for depth, segment in enumerate(segments):
        inner = node.static.get(segment)
        if inner is not None and node.label is not None:
            return _walk(inner, segments[depth + 1 :], labels) or _walk(node.label, segments[depth + 1 :], (*labels, segment))
        if inner is None:
            inner = node.label
            if inner is None or not segment:
                return None
            labels = (*labels, segment)
        node = inner
    return (node, labels) if node.leaves else None


def _decoded(label: str) -> str:
    if "%" not in label:
        return label
    try:
        return unquote(label, errors="strict")
    except UnicodeDecodeError:
        raise SerializationException("Unable to decode the request's path: it is not UTF-8") from None


def query_of(text: str) -> Query:
    """A query string as lists by name, in the order sent. Raises SerializationException where it is not UTF-8 or has over 1,000 fields."""
    if not text:
        return _NOTHING
    found: dict[str, list[str]] = {}
    try:
        for key, value in parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MAX):
            found.setdefault(key, []).append(value)
    except ValueError:
        raise SerializationException("Unable to decode the request's query string") from None
    return found
