"""Methods of a resource tree, and media types."""

from __future__ import annotations

import pytest

from kernel_runtime.sources.payloads.rest_resources import Resources, is_binary


def resource(path: str, *methods: str) -> dict[str, object]:
    return {"id": path, "path": path, "resourceMethods": {method: {"httpMethod": method} for method in methods}}


TREE = Resources(
    [resource("/", "GET"), resource("/{proxy+}", "ANY"), resource("/items", "GET", "POST"), resource("/items/{id}", "GET"), resource("/items/new", "ANY")]
)


@pytest.mark.parametrize(
    ("method", "path", "selected", "parameters"),
    [
        ("GET", "/", "/", {}),
        ("GET", "/items", "/items", {}),
        ("GET", "/items/", "/items", {}),
        ("GET", "/items/7", "/items/{id}", {"id": "7"}),
        ("GET", "/items/a%2Fb", "/items/{id}", {"id": "a%2Fb"}),
        ("GET", "/items/new", "/items/new", {}),
        ("PUT", "/items/new", "/items/new", {}),
        ("PUT", "/items/7", "/{proxy+}", {"proxy": "items/7"}),
        ("GET", "/other/a%20b/", "/{proxy+}", {"proxy": "other/a%20b"}),
    ],
)
def test_selection(method: str, path: str, selected: str, parameters: dict[str, str]) -> None:
    found = TREE.select(method, path)
    assert found is not None and (found.resource["path"], found.parameters) == (selected, parameters)


def test_nothing_serves_it() -> None:
    assert TREE.select("POST", "/") is None
    assert Resources([resource("/a", "GET"), {"id": "b", "path": "/b"}]).select("GET", "/b") is None


def test_binary_media_types() -> None:
    assert is_binary("image/png; q=1, text/html", ["image/png"]) and is_binary("IMAGE/PNG", ["image/*"]) and is_binary(None, ["*/*"])
    assert not is_binary("text/html, image/png", ["image/png"]) and not is_binary(None, ["image/png"]) and not is_binary("*/*", ["image/png"])
    assert not is_binary("image/png", [])
