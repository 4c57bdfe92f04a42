"""One request at one method of a REST API: all that its event, its authorizer and its answer are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...sources.payloads.http_request import HttpRequest
from ...sources.payloads.http_v1 import Called, rest_event
from ...sources.payloads.rest_resources import Selected, is_binary
from ..arrival import Arrival
from .api_book import RestApi
from .gateway_call import domain, execute_arn


@dataclass(frozen=True, slots=True)
class RestVisit:
    """``path`` is without the stage, percent-encoded. ``gateway_id`` is API Gateway's id of the request, ``extended_id`` its second one."""

    api: RestApi
    stage: str
    path: str
    selected: Selected
    arrival: Arrival
    request: HttpRequest
    gateway_id: str
    extended_id: str

    @property
    def method(self) -> dict[str, Any]:
        return self.selected.method

    @property
    def integration(self) -> dict[str, Any]:
        return self.method.get("methodIntegration") or {}

    @property
    def stage_variables(self) -> dict[str, str]:
        return dict(self.api.stages[self.stage].get("variables") or {})

    @property
    def key(self) -> str:
        """As a user would name it: ``GET /items/{id}``."""
        return f"{self.method.get('httpMethod') or self.request.method} {self.selected.resource['path']}"

    @property
    def source_arn(self) -> str:
        """Who calls the function: the stage, the method, the resource's own path."""
        return execute_arn(self.api.region, self.api.account, self.api.id, f"{self.stage}/{self.request.method}{self.selected.resource['path']}")

    @property
    def method_arn(self) -> str:
        """What was called, as authorizers see it: the path as it was asked for."""
        return execute_arn(self.api.region, self.api.account, self.api.id, f"{self.stage}/{self.request.method}{self.path}")

    @property
    def answers_binary(self) -> bool:
        """Whether base64 in an answer is decoded: the first type that the client accepts is one of the API's binary ones."""
        return is_binary(self.request.header("accept") or "*/*", self.api.binary_types)

    def event(self, authorizer: Mapping[str, Any] | None = None, identity: Mapping[str, Any] | None = None) -> dict[str, Any]:
        text = not is_binary(self.request.header("content-type"), self.api.binary_types)
        called = Called(
            self.api.account, self.api.id, domain(self.api.id, self.api.region), self.stage, self.selected.resource["path"], self.path,
            f"/{self.stage}{self.path}", self.gateway_id, self.selected.resource["id"], self.extended_id,
            self.api.stages[self.stage].get("deploymentId") or "", self.selected.parameters, self.stage_variables, authorizer, identity or {},
        )  # fmt: skip
        return rest_event(self.request, called, text=text)

    def authorizer_event(self) -> dict[str, Any]:
        """What a REQUEST authorizer is asked."""
        event = {name: value for name, value in self.event().items() if name not in ("body", "isBase64Encoded")}
        return {"type": "REQUEST", "methodArn": self.method_arn, **event}

    @property
    def context(self) -> dict[str, str]:
        return {
            "accountId": self.api.account,
            "apiId": self.api.id,
            "domainName": domain(self.api.id, self.api.region),
            "httpMethod": self.request.method,
            "identity.sourceIp": self.request.source_ip,
            "identity.userAgent": self.request.user_agent,
            "path": f"/{self.stage}{self.path}",
            "protocol": "HTTP/1.1",
            "requestId": self.gateway_id,
            "resourceId": str(self.selected.resource["id"]),
            "resourcePath": str(self.selected.resource["path"]),
            "stage": self.stage,
        }
