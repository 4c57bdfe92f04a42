"""Who may call a route of an HTTP API: nobody is asked, a signature is verified, a token is held against its issuer's keys, or a function decides."""

from __future__ import annotations

from typing import Any

from ...account.accounts import Accounts
from ...model.errors import AwsError
from ...model.tracing import trace_header
from ...sources.payloads.authorizers import BadGrant, Grant, identities, policy_grant, simple_grant
from ..credentials import Credentials
from .gateway_call import Trouble, execute_arn, invoke, target_of
from .grants import Grants
from .http_visit import Visit
from .signers import signer
from .tokens import BadToken, Tokens, bearer, scopes_of, spelled

AUTHORIZER_TIMEOUT_S = 10.0
"""API Gateway: "Quotas for configuring and running an HTTP API", Lambda authorizer timeout."""


class Denied(Exception):
    """``status`` 401 or 403; ``challenge`` is what www-authenticate says, empty for nothing."""

    def __init__(self, status: int, why: str, challenge: str = "") -> None:
        super().__init__(why)
        self.status, self.why, self.challenge = status, why, challenge


class HttpAuthorization:
    """Belongs to the door's loop."""

    def __init__(self, accounts: Accounts, credentials: Credentials, tokens: Tokens) -> None:
        self._accounts, self._credentials, self._tokens = accounts, credentials, tokens
        self._grants = Grants()

    async def authorize(self, visit: Visit) -> dict[str, Any] | None:
        """The event's ``authorizer``; None where nobody had to be asked. Raises Denied; Trouble where the authorizer itself fails."""
        kind = visit.route.get("authorizationType") or "NONE"
        if kind == "NONE":
            return None
        authorizer = visit.api.authorizers.get(visit.route.get("authorizerId") or "")
        if kind == "AWS_IAM":
            return {"iam": self._by_signature(visit)}
        if kind == "JWT" and authorizer:
            return {"jwt": await self._by_token(visit, authorizer)}
        if kind == "CUSTOM" and authorizer:
            return {"lambda": await self._by_function(visit, authorizer)}
        raise Trouble("misconfigured", f"the route's authorization {kind} is not served, or names no authorizer")

    def _by_signature(self, visit: Visit) -> dict[str, Any]:
        try:
            iam = signer(visit.arrival, self._credentials, visit.request.body, visit.request.at_s, "execute-api")
        except AwsError as error:
            raise Denied(403, error.type) from None
        if iam.account != visit.api.account:
            raise Denied(403, f"{iam.arn} is of another account")
        return iam.member()

    async def _by_token(self, visit: Visit, authorizer: dict[str, Any]) -> dict[str, Any]:
        configuration = authorizer.get("jwtConfiguration") or {}
        found = identities(authorizer.get("identitySource") or (), visit.request, visit.stage_variables, visit.context)
        token = bearer(found[0] if found else None)
        if not token:
            raise Denied(401, "there is no token", "Bearer")
        try:
            claims = await self._tokens.claims(token, configuration.get("issuer", ""), configuration.get("audience") or (), visit.api.account)
        except BadToken as why:
            raise Denied(401, str(why), f'Bearer scope="" error="invalid_token" error_description="{why}"') from None
        except (OSError, ImportError) as why:
            raise Trouble("misconfigured", str(why)) from None
        wanted, held = visit.route.get("authorizationScopes") or [], scopes_of(claims)
        if wanted and not set(wanted) & set(held):
            needed = " ".join(wanted)
            raise Denied(403, "the token has none of the route's scopes", f'Bearer scope="{needed}" error="insufficient_scope"')
        return {"claims": spelled(claims), "scopes": held if wanted else None}

    async def _by_function(self, visit: Visit, authorizer: dict[str, Any]) -> dict[str, Any]:
        sources = authorizer.get("identitySource") or []
        found = identities(sources, visit.request, visit.stage_variables, visit.context)
        if found is None:
            raise Denied(401, "an identity source is missing")
        ttl_s = float(authorizer.get("authorizerResultTtlInSeconds") or 0) if sources else 0.0
        key = (visit.api.id, visit.stage, authorizer["authorizerId"], str(authorizer), tuple(found))
        grant = await self._grants.get(key, ttl_s, lambda: self._ask(visit, authorizer, found))
        if not grant.allows(visit.route_arn):
            raise Denied(403, "the authorizer does not allow it")
        return {**({"principalId": grant.principal} if grant.principal and _version(authorizer) == "1.0" else {}), **grant.context}

    async def _ask(self, visit: Visit, authorizer: dict[str, Any], identity: list[str]) -> Grant:
        api, version = visit.api, _version(authorizer)
        target = target_of(self._accounts, authorizer.get("authorizerUri", ""), visit.stage_variables)
        account = target.account
        request_id = account.new_id()
        result = await invoke(
            target, visit.authorizer_event(version, identity), source_account=api.account,
            source_arn=execute_arn(api.region, api.account, api.id, f"authorizers/{authorizer['authorizerId']}"),
            by_role=bool(authorizer.get("authorizerCredentialsArn")), timeout_s=AUTHORIZER_TIMEOUT_S, request_id=request_id,
            trace=trace_header(request_id, visit.request.at_s, visit.request.trace),
        )  # fmt: skip
        try:
            return simple_grant(result) if version == "2.0" and authorizer.get("enableSimpleResponses") else policy_grant(result)
        except BadGrant as why:
            raise Trouble("failed", f"the authorizer's answer: {why}") from None


def _version(authorizer: dict[str, Any]) -> str:
    return str(authorizer.get("authorizerPayloadFormatVersion") or "2.0")
