"""Who may call a method of a REST API: a function decides (TOKEN, REQUEST), a user pool's token, a signature; and the API key where one is required.

API Gateway Developer Guide, "Use API Gateway Lambda authorizers", "Control access to a REST API", "Usage plans and API keys".
"""

from __future__ import annotations

import json
import re
from typing import Any

from ...account.accounts import Accounts
from ...model.tracing import trace_header
from ...sources.payloads.authorizers import BadGrant, Grant, identities, policy_grant
from ..credentials import Credentials
from .gateway_call import Trouble, execute_arn, invoke, target_of
from .grants import Grants
from .rest_refusals import RestRefusal
from .rest_visit import RestVisit
from .signers import signer
from .throttles import Throttles
from .tokens import BadToken, Tokens, bearer, scopes_of, spelled

AUTHORIZER_TIMEOUT_S = 10.0
Members = dict[str, Any]


class RestAuthorization:
    """Belongs to the door's loop."""

    def __init__(self, accounts: Accounts, credentials: Credentials, tokens: Tokens, throttles: Throttles) -> None:
        self._accounts, self._credentials, self._tokens, self._throttles = accounts, credentials, tokens, throttles
        self._grants = Grants()

    async def authorize(self, visit: RestVisit) -> tuple[Members | None, Members]:
        """The event's ``authorizer`` and what its ``identity`` says more. Raises RestRefusal; AwsError where a signature is refused."""
        kind = visit.method.get("authorizationType") or "NONE"
        authorizer = visit.api.authorizers.get(visit.method.get("authorizerId") or "")
        identity: Members = {}
        granted: Members | None = None
        usage_key = ""
        if kind == "AWS_IAM":
            identity = self._by_signature(visit)
        elif kind == "COGNITO_USER_POOLS" and authorizer:
            granted = {"claims": await self._by_pool(visit, authorizer)}
        elif kind == "CUSTOM" and authorizer:
            granted, usage_key = await self._by_function(visit, authorizer)
        elif kind != "NONE":
            raise RestRefusal("authorizer_failed", f"the method's authorization {kind} names no authorizer")
        if visit.method.get("apiKeyRequired"):
            identity |= self._by_key(visit, usage_key)
        return granted, identity

    def _by_signature(self, visit: RestVisit) -> Members:
        iam = signer(visit.arrival, self._credentials, visit.request.body, visit.request.at_s, "execute-api")
        if iam.account != visit.api.account:
            raise RestRefusal("denied", f"{iam.arn} is of another account")
        return {"accountId": iam.account, "caller": iam.access_key, "accessKey": iam.access_key, "userArn": iam.arn, "user": iam.access_key}

    async def _by_pool(self, visit: RestVisit, authorizer: Members) -> dict[str, str]:
        found = identities([authorizer.get("identitySource") or "method.request.header.Authorization"], visit.request, visit.stage_variables, visit.context)
        token = bearer(found[0] if found else None)
        why = "there is no token"
        for arn in authorizer.get("providerARNs") or () if token else ():
            _, _, _, region, _, pool = arn.split(":", 5)
            issuer = f"https://cognito-idp.{region}.amazonaws.com/{pool.rpartition('/')[2]}"
            try:
                claims = await self._tokens.claims(token, issuer, None, visit.api.account)
            except (BadToken, OSError, ImportError) as error:
                why = str(error)
                continue
            wanted = visit.method.get("authorizationScopes") or []
            if not wanted or set(wanted) & set(scopes_of(claims)):
                return spelled(claims)
            why = "the token has none of the method's scopes"
        raise RestRefusal("unauthorized", why)

    async def _by_function(self, visit: RestVisit, authorizer: Members) -> tuple[Members, str]:
        by_token = authorizer.get("type") == "TOKEN"
        sources = [source for source in (authorizer.get("identitySource") or "").split(",") if source.strip()]
        if by_token and not sources:
            sources = ["method.request.header.Authorization"]
        found = identities(sources, visit.request, visit.stage_variables, visit.context)
        pattern = authorizer.get("identityValidationExpression")
        if found is None or (by_token and pattern and not re.fullmatch(pattern, found[0])):
            raise RestRefusal("unauthorized", "an identity source is missing or not of the form that is asked for")
        event = {"type": "TOKEN", "methodArn": visit.method_arn, "authorizationToken": found[0]} if by_token else visit.authorizer_event()
        ttl = authorizer.get("authorizerResultTtlInSeconds")
        key = (visit.api.id, visit.stage, authorizer["id"], str(authorizer), tuple(found))
        grant = await self._grants.get(key, 300.0 if ttl is None else float(ttl) if sources else 0.0, lambda: self._ask(visit, authorizer, event))
        if not grant.allows(visit.method_arn):
            denies = any(statement.get("Effect") == "Deny" for statement in grant.statements or ())
            raise RestRefusal("denied_explicitly" if denies else "denied", "the authorizer does not allow it")
        return {"principalId": grant.principal, **{name: _plain(value) for name, value in grant.context.items()}}, grant.usage_key

    async def _ask(self, visit: RestVisit, authorizer: Members, event: Members) -> Grant:
        api = visit.api
        try:
            target = target_of(self._accounts, authorizer.get("authorizerUri") or "", visit.stage_variables)
            request_id = target.account.new_id()
            result = await invoke(
                target, event, source_arn=execute_arn(api.region, api.account, api.id, f"authorizers/{authorizer['id']}"), source_account=api.account,
                by_role=bool(authorizer.get("authorizerCredentials")), timeout_s=AUTHORIZER_TIMEOUT_S, request_id=request_id,
                trace=trace_header(request_id, visit.request.at_s, visit.request.trace),
            )  # fmt: skip
            grant = policy_grant(result)
        except Trouble as trouble:
            if trouble.kind == "failed" and trouble.message == "Unauthorized":
                raise RestRefusal("unauthorized", "the authorizer raised Unauthorized") from None
            raise RestRefusal("authorizer_failed", trouble.why) from None
        except BadGrant as why:
            raise RestRefusal("authorizer_failed", f"the authorizer's answer: {why}") from None
        if any(isinstance(value, dict | list) for value in grant.context.values()):
            raise RestRefusal("authorizer_failed", "the authorizer's context holds an object or a list")
        return grant

    def _by_key(self, visit: RestVisit, usage_key: str) -> Members:
        value = usage_key if visit.api.settings.get("apiKeySource") == "AUTHORIZER" else visit.request.header("x-api-key") or ""
        key = visit.api.keys.get(value)
        if key is None or not key.get("enabled"):
            raise RestRefusal("no_key", "the API key is missing, unknown or not enabled")
        stage = {"apiId": visit.api.id, "stage": visit.stage}
        plans = [plan for plan in key["plans"] if any(stage.items() <= held.items() for held in plan.get("apiStages") or ())]
        if not plans:
            raise RestRefusal("no_key", "no usage plan of the API key has this stage")
        throttle = plans[0].get("throttle") or {}
        settings = {"throttlingRateLimit": throttle.get("rateLimit"), "throttlingBurstLimit": throttle.get("burstLimit")}
        if not self._throttles.admits(("plan", visit.api.account, plans[0]["id"], key["id"]), settings):
            raise RestRefusal("rate", "the usage plan's rate")
        return {"apiKey": value, "apiKeyId": key["id"]}


def _plain(value: Any) -> str | None:
    """Context values reach the function as strings."""
    return value if value is None or isinstance(value, str) else json.dumps(value)
