"""Tokens against the keys of their issuer, without a socket."""

from __future__ import annotations

import asyncio
from typing import Any

import jwt
import pytest

from kernel_runtime.endpoint.http_apis.tokens import BadToken, Tokens, bearer, scopes_of, spelled

from .issuer import Issuer

URL = "https://issuer.example/"


class Reader:
    """Reads an issuer, and a user pool, without a network."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer, self.asked = issuer, []  # type: ignore[var-annotated]

    async def fetch(self, url: str) -> Any:
        return self.issuer.configuration() if url == "https://issuer.example/.well-known/openid-configuration" else self.issuer.keys()

    async def ask(self, service: str, account: str, region: str, path: str) -> tuple[int, Any]:
        self.asked.append((service, account, region, path))
        return 200, self.issuer.keys()


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer(URL)


def claims(issuer: Issuer, token: str, url: str = URL) -> dict[str, Any]:
    return asyncio.run(Tokens(Reader(issuer)).claims(token, url, ["other", "shop"], "0" * 12))


def test_a_good_token(issuer: Issuer) -> None:
    assert claims(issuer, issuer.token())["sub"] == "ann"
    assert claims(issuer, issuer.token(aud=["a", "shop"]))["sub"] == "ann"
    assert claims(issuer, issuer.token(aud=None, client_id="shop"))["sub"] == "ann"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"exp": 1}, "expired"),
        ({"exp": None}, "exp"),
        ({"nbf": 4_000_000_000}, "not valid yet"),
        ({"iss": "https://evil.example"}, "invalid issuer"),
        ({"aud": "elsewhere"}, "valid audience"),
        ({"aud": None}, "valid audience"),
        ({"kid": "two"}, "signing key"),
        ({"kid": "odd"}, "signing key"),
    ],
    ids=str,
)
def test_bad_tokens(issuer: Issuer, change: dict[str, Any], why: str) -> None:
    with pytest.raises(BadToken, match=why):
        claims(issuer, issuer.token(**change))


def test_forged_tokens(issuer: Issuer) -> None:
    good = issuer.token()
    forged = Issuer(URL).token()
    none = jwt.encode({"iss": URL, "aud": "shop"}, None, "none")
    for token, why in ((forged, "signature"), (none, "signing method none"), ("x", "malformed"), (good[:-4] + "AAAA", "signature"), ("", "malformed")):
        with pytest.raises(BadToken, match=why):
            claims(issuer, token)
    with pytest.raises(BadToken, match="signing method HS256"):
        claims(issuer, jwt.encode({"iss": URL}, "a" * 40, "HS256", headers={"kid": "one"}))


def test_keys_are_kept_and_looked_for_again(issuer: Issuer) -> None:
    now = [0.0]
    made = Issuer(URL)
    tokens = Tokens(Reader(made), lambda: now[0])

    async def run() -> list[int]:
        seen = []
        for at, kid in ((0, "one"), (100, "one"), (101, "two"), (102, "two"), (7_400, "one")):
            now[0] = at
            try:
                await tokens.claims(made.token(kid), URL, ["shop"], "0" * 12)
            except BadToken:
                pass
            seen.append(made.reads)
        return seen

    assert asyncio.run(run()) == [1, 1, 2, 2, 3]


def test_a_user_pools_keys_are_behind_the_door(issuer: Issuer) -> None:
    reader, pool = Reader(issuer), "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"
    token = issuer.token(iss=pool)
    assert asyncio.run(Tokens(reader).claims(token, pool, ["shop"], "1" * 12))["iss"] == pool
    assert reader.asked == [("cognito-idp", "1" * 12, "eu-west-1", "/eu-west-1_abc/.well-known/jwks.json")]


def test_pieces() -> None:
    assert [bearer(value) for value in ("Bearer abc", "bearer  abc ", "abc", "", None)] == ["abc", "abc", "abc", "", ""]
    assert scopes_of({"scope": "a b"}) == ["a", "b"] and scopes_of({"scp": ["a"]}) == ["a"] and scopes_of({}) == []
    assert spelled({"n": 1, "b": True, "l": ["a", 2], "s": "x", "o": {"a": 1}}) == {"n": "1", "b": "true", "l": "[a 2]", "s": "x", "o": '{"a":1}'}
