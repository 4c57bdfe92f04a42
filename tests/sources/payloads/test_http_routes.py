"""Route selection by AWS's documented example (API Gateway Developer Guide, "Create routes for HTTP APIs"), and its corners."""

from __future__ import annotations

import pytest

from kernel_runtime.sources.payloads.http_routes import Routes, stage_of

DOCUMENTED = ["$default", "ANY /{proxy+}", "GET /pets/{proxy+}", "GET /pets/dog/{id}", "GET /pets/dog/1"]


@pytest.mark.parametrize(
    ("method", "path", "selected"),
    [
        ("GET", "/pets/dog/1", ("GET /pets/dog/1", {})),
        ("GET", "/pets/dog/2", ("GET /pets/dog/{id}", {"id": "2"})),
        ("GET", "/pets/cat/1", ("GET /pets/{proxy+}", {"proxy": "cat/1"})),
        ("POST", "/test/5", ("ANY /{proxy+}", {"proxy": "test/5"})),
    ],
)
def test_the_documented_example(method: str, path: str, selected: object) -> None:
    assert Routes(DOCUMENTED).select(method, path) == selected


def test_corners() -> None:
    routes = Routes(["GET /a/{b}/c", "ANY /a/{b}/c", "GET /a/x/{d}", "GET /", "GET /files/{name+}"])
    assert routes.select("GET", "/a/x/c") == ("GET /a/x/{d}", {"d": "c"})
    assert routes.select("GET", "/a/y/c") == ("GET /a/{b}/c", {"b": "y"})
    assert routes.select("PUT", "/a/y/c") == ("ANY /a/{b}/c", {"b": "y"})
    assert routes.select("GET", "/") == ("GET /", {})
    assert routes.select("GET", "/files/a%2Fb/%C3%BC") == ("GET /files/{name+}", {"name": "a/b/ü"})
    assert routes.select("GET", "/a/b%20c/c") == ("GET /a/{b}/c", {"b": "b c"})
    for method, path in (("POST", "/"), ("GET", "/A/y/c"), ("GET", "/a/y/c/"), ("GET", "/a//c"), ("GET", "/files"), ("PUT", "/files/x")):
        assert routes.select(method, path) is None, path


def test_default_is_last() -> None:
    routes = Routes(["$default", "GET /a"])
    assert routes.select("GET", "/a") == ("GET /a", {}) and routes.select("POST", "/a") == ("$default", {})


def test_stages() -> None:
    assert stage_of("/prod/a/b", ["$default", "prod"]) == ("prod", "/a/b")
    assert stage_of("/prod", ["prod"]) == ("prod", "/")
    assert stage_of("/prod/", ["prod"]) == ("prod", "/")
    assert stage_of("/other/a", ["$default", "prod"]) == ("$default", "/other/a")
    assert stage_of("/other/a", ["prod"]) is None and stage_of("/", ["prod"]) is None
    assert stage_of("/$default/a", ["$default"]) == ("$default", "/$default/a")
