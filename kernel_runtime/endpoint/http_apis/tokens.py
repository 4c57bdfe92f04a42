"""JWT authorizers: a token is held against its issuer's published keys (API Gateway: "Control access to HTTP APIs with JWT authorizers")."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

ALGORITHMS = ("RS256", "RS384", "RS512")
"""RSA alone, as there."""
KEYS_KEPT_S = 7_200.0
"""API Gateway keeps public keys for two hours; one that is not among them is looked for again, at most every ten seconds."""
AGAIN_AFTER_S = 10.0
_COGNITO = re.compile(r"https://cognito-idp\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<pool>[\w-]+)/?\Z")
MEND = "JWT authorizers need PyJWT, which is not installed. Install it with: pip install 'serverless-lab[services]'"


class Reader(Protocol):
    """Where keys are had from (``services.Services``)."""

    async def fetch(self, url: str) -> Any: ...
    async def ask(self, service: str, account: str, region: str, path: str) -> tuple[int, Any]: ...


class BadToken(Exception):
    """The text is the ``error_description`` of the answer's www-authenticate."""


class Tokens:
    """Belongs to the door's loop."""

    def __init__(self, reader: Reader, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader, self._clock = reader, clock
        self._keys: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}

    async def claims(self, token: str, issuer: str, audience: Sequence[str] | None, account: str) -> dict[str, Any]:
        """The token's claims. Raises BadToken, OSError where the issuer's keys cannot be had, ImportError with the mend. ``audience``: one of which the token
        must be for, None for any; ``account``: whose API asks."""
        try:
            import jwt
        except ImportError:
            raise ImportError(MEND) from None
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise BadToken("the token is malformed") from None
        if header.get("alg") not in ALGORITHMS:
            raise BadToken(f"signing method {header.get('alg')} is invalid")
        key = await self._key(issuer, account, str(header.get("kid", "")))
        try:
            claims: dict[str, Any] = jwt.decode(token, key, algorithms=list(ALGORITHMS), options={"verify_aud": False, "verify_iss": False, "require": ["exp"]})
        except jwt.ExpiredSignatureError:
            raise BadToken("the token has expired") from None
        except jwt.ImmatureSignatureError:
            raise BadToken("the token is not valid yet") from None
        except jwt.InvalidSignatureError:
            raise BadToken("the token's signature is invalid") from None
        except jwt.PyJWTError as why:
            raise BadToken(str(why)) from None
        if claims.get("iss") != issuer:
            raise BadToken("invalid issuer")
        named = claims.get("aud", claims.get("client_id"))
        if audience is not None and not set(named if isinstance(named, list) else [named]) & set(audience):
            raise BadToken("the token does not have a valid audience")
        return claims

    async def _key(self, issuer: str, account: str, kid: str) -> Any:
        whose = (issuer, account if _COGNITO.match(issuer) else "")
        read_at, keys = self._keys.get(whose, (float("-inf"), {}))
        age_s = self._clock() - read_at
        if age_s > KEYS_KEPT_S or (kid not in keys and age_s > AGAIN_AFTER_S):
            keys = await self._read(issuer, account)
            self._keys[whose] = (self._clock(), keys)
        if kid not in keys:
            raise BadToken("unable to find a signing key that matches the token's kid")
        return keys[kid]

    async def _read(self, issuer: str, account: str) -> dict[str, Any]:
        """By ``kid``. A user pool's are behind the door; any other issuer's where its OpenID configuration says."""
        import jwt

        if pool := _COGNITO.match(issuer):
            _, told = await self._reader.ask("cognito-idp", account, pool["region"], f"/{pool['pool']}/.well-known/jwks.json")
        else:
            configuration = await self._reader.fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            told = await self._reader.fetch(str(configuration.get("jwks_uri")))
        found = {}
        for key in (told or {}).get("keys", ()):
            if key.get("kty") != "RSA":
                continue
            try:
                found[str(key.get("kid", ""))] = jwt.PyJWK(key).key
            except jwt.PyJWTError:
                continue  # one that cannot be read
        return found


def bearer(value: str | None) -> str:
    """The token in an identity source: alone or after ``Bearer``; empty where there is none."""
    held = (value or "").strip()
    return held[7:].strip() if held[:7].lower() == "bearer " else held


def scopes_of(claims: dict[str, Any]) -> list[str]:
    held = claims.get("scope", claims.get("scp", ""))
    return held.split() if isinstance(held, str) else [str(scope) for scope in held or ()]


def spelled(claims: dict[str, Any]) -> dict[str, str]:
    """As the event has them: every value a string, a list in brackets without commas."""
    return {name: _spelled(value) for name, value in claims.items()}


def _spelled(value: Any) -> str:
    if isinstance(value, list):
        return f"[{' '.join(_spelled(item) for item in value)}]"
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
