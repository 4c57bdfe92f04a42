"""One request at one route of an HTTP API: all that its event, its authorizer and its answer are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...sources.payloads.http_request import HttpRequest, clf_time, is_text
from ...sources.payloads.http_v1 import Called, http_api_event
from ...sources.payloads.http_v2 import api_event
from ..arrival import Arrival
from .api_book import HttpApi
from .gateway_call import domain, execute_arn


@dataclass(frozen=True, slots=True)
class Visit:
    """``gateway_id`` is API Gateway's id of the request, ``request_id`` that of the invocation."""

    api: HttpApi
    stage: str
    route_key: str
    parameters: dict[str, str]
    arrival: Arrival
    request: HttpRequest
    gateway_id: str
    request_id: str

    @property
    def route(self) -> dict[str, Any]:
        return self.api.routes[self.route_key]

    @property
    def stage_variables(self) -> dict[str, str]:
        return dict(self.api.stages[self.stage].get("stageVariables") or {})

    @property
    def source_arn(self) -> str:
        """Who calls the function: the stage, the method, the route's own path."""
        method, _, path = self.route_key.partition(" ")
        rest = f"{self.request.method}{path}" if path else method
        return execute_arn(self.api.region, self.api.account, self.api.id, f"{self.stage}/{rest}")

    @property
    def route_arn(self) -> str:
        """What was called, as authorizers see it: the path as it was asked for."""
        path = self.request.decoded_path.removeprefix("" if self.stage == "$default" else f"/{self.stage}")
        return execute_arn(self.api.region, self.api.account, self.api.id, f"{self.stage}/{self.request.method}{path}")

    def event(self, version: str, authorizer: Mapping[str, Any] | None) -> dict[str, Any]:
        """``version``: the integration's payload format. authorizer: ``{"jwt": …}`` or ``{"lambda": …}``."""
        if version == "2.0":
            return api_event(
                self.request, account=self.api.account, api_id=self.api.id, domain=domain(self.api.id, self.api.region), stage=self.stage,
                route_key=self.route_key, request_id=self.gateway_id, path_parameters=self.parameters, stage_variables=self.stage_variables,
                authorizer=authorizer,
            )  # fmt: skip
        inner = next(iter(authorizer.values()), None) if authorizer else None
        text = is_text(self.request.header("content-type"), otherwise=True)
        return http_api_event(self.request, self._called(inner), text=text)

    def authorizer_event(self, version: str, identity: list[str]) -> dict[str, Any]:
        """What a Lambda authorizer is asked: the route's event without the body."""
        event = {name: value for name, value in self.event(version, None).items() if name not in ("body", "isBase64Encoded", "version", "routeKey")}
        if version == "2.0":
            return {"version": "2.0", "type": "REQUEST", "routeArn": self.route_arn, "identitySource": identity, "routeKey": self.route_key, **event}
        joined = ",".join(identity)
        return {
            "version": "1.0", "type": "REQUEST", "methodArn": self.route_arn, "identitySource": joined, "authorizationToken": joined, **event,
        }  # fmt: skip

    @property
    def context(self) -> dict[str, str]:
        """Of the variables in ``$context`` those that an identity source may name."""
        request = self.request
        return {
            "accountId": self.api.account,
            "apiId": self.api.id,
            "domainName": domain(self.api.id, self.api.region),
            "domainPrefix": self.api.id,
            "httpMethod": request.method,
            "identity.sourceIp": request.source_ip,
            "identity.userAgent": request.user_agent,
            "path": request.decoded_path,
            "protocol": "HTTP/1.1",
            "requestId": self.gateway_id,
            "requestTime": clf_time(request.at_s),
            "routeKey": self.route_key,
            "stage": self.stage,
        }

    def _called(self, authorizer: Mapping[str, Any] | None) -> Called:
        path = self.request.decoded_path
        return Called(
            self.api.account, self.api.id, domain(self.api.id, self.api.region), self.stage, self.route_key.partition(" ")[2] or self.route_key, path, path,
            self.gateway_id, path_parameters=self.parameters, stage_variables=self.stage_variables, authorizer=authorizer,
        )  # fmt: skip
