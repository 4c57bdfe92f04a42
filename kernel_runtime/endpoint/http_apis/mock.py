"""MOCK integrations as far as they are what CORS is made of: a status, headers of constants, a body without expressions (API Gateway: "Set up mock
integrations")."""

from __future__ import annotations

import json
import re
from typing import Any

from ...sources.payloads.http_answers import HttpAnswer
from .rest_refusals import RestRefusal

_CONSTANT = re.compile(r"'(.*)'\Z", re.S)
_HEADER = "method.response.header."


def mocked(integration: dict[str, Any]) -> HttpAnswer:
    """Raises RestRefusal where no response is set up for the status."""
    responses: dict[str, dict[str, Any]] = integration.get("integrationResponses") or {}
    asked = str(_status_asked(integration.get("requestTemplates") or {}))
    chosen = next((held for held in responses.values() if re.fullmatch(held.get("selectionPattern") or r"(?!)", asked)), None)
    chosen = chosen or next((held for held in responses.values() if not held.get("selectionPattern")), None)
    if chosen is None:
        raise RestRefusal("internal", "the MOCK integration has no response set up")
    headers = [("Content-Type", "application/json")]
    for name, value in (chosen.get("responseParameters") or {}).items():
        if name.startswith(_HEADER) and (constant := _CONSTANT.match(value or "")):
            headers.append((name.removeprefix(_HEADER), constant[1]))
    body = next((text for text in (chosen.get("responseTemplates") or {}).values() if text), "") or ""
    return HttpAnswer(int(chosen.get("statusCode") or 200), tuple(headers), body.encode())


def _status_asked(templates: dict[str, str]) -> Any:
    for text in templates.values():
        try:
            return json.loads(re.sub(r"\bstatusCode\b(?=\s*:)", '"statusCode"', text) if '"statusCode"' not in text else text)["statusCode"]
        except (ValueError, KeyError, TypeError):
            continue
    return 200
