"""In the companion: APIs from OpenAPI documents as AWS's extensions write them (API Gateway Developer Guide, "OpenAPI extensions for API Gateway").

moto reads paths, methods and integrations; what it does not know of them yet is put into its words beforehand: the method that means any, the path that means
``$default``, types of integrations in lower case, a title without a description.
"""

from __future__ import annotations

import json
from typing import Any

ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
Document = dict[str, Any]


def join_openapi() -> None:
    """Before moto's application is made."""
    import yaml
    from moto.apigateway import responses as rest
    from moto.apigatewayv2.models import Api
    from moto.apigatewayv2.responses import ApiGatewayV2Response as Responses

    plain_read, plain_import = rest.deserialize_body, Api.import_api

    def deserialize_body(body: str) -> Document:
        document = plain_read(body)
        return in_motos_words(document) if document else document

    def import_api(self: Any, body: str, fail_on_warnings: bool) -> None:
        plain_import(self, json.dumps(in_motos_words(yaml.safe_load(body)), default=str), fail_on_warnings)
        for route in self.routes.values():
            if route.route_key == "ANY /$default":
                route.route_key = "$default"

    def import_new_api(self: Any) -> tuple[int, dict[str, Any], str]:
        body = json.loads(self.body)["body"]
        title = (yaml.safe_load(body).get("info") or {}).get("title", "")
        nothing = dict.fromkeys(
            ("api_key_selection_expression", "cors_configuration", "description", "disable_schema_validation", "disable_execute_api_endpoint")
        )  # fmt: skip
        api = self.apigatewayv2_backend.create_api(
            **nothing, name=title, protocol_type="HTTP", route_selection_expression=None, tags=None, version=None
        )  # fmt: skip
        api.import_api(body, False)
        return 201, {}, json.dumps(api.to_json())

    rest.deserialize_body, Api.import_api = deserialize_body, import_api
    if not hasattr(Responses, "import_api"):
        Responses.import_api = import_new_api


def in_motos_words(document: Document) -> Document:
    """The same document, with what moto does not know said otherwise."""
    info = {"description": "", **(document.get("info") or {})}
    paths = {path: {_method(name): _operation(held) for name, held in methods.items()} for path, methods in (document.get("paths") or {}).items()}
    return {**document, "info": info, "paths": paths}


def _method(name: str) -> str:
    return "any" if name == ANY else name


def _operation(held: Any) -> Any:
    integration = held.get(INTEGRATION) if isinstance(held, dict) else None
    if not isinstance(integration, dict) or not isinstance(integration.get("type"), str):
        return held
    return {**held, INTEGRATION: {**integration, "type": integration["type"].upper()}}
