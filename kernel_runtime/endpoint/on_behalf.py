"""How the companion tells for which service it calls: in headers that its own key signs. From any other key they mean nothing."""

from __future__ import annotations

from collections.abc import Mapping

from ..account.on_behalf import OnBehalf

PREFIX = "x-serverless-lab-"
"""Of every header that passes between the door and its companion alone."""
_SERVICE, _SOURCE_ARN, _SOURCE_ACCOUNT = (f"{PREFIX}{name}" for name in ("service", "source-arn", "source-account"))


def headers_of(behalf: OnBehalf) -> dict[str, str]:
    """As the companion sends them."""
    return {_SERVICE: behalf.service, _SOURCE_ARN: behalf.source_arn, _SOURCE_ACCOUNT: behalf.source_account}


def told_in(fields: Mapping[str, str]) -> OnBehalf | None:
    """From headers by their lower-case names; None where they do not say it."""
    service, account = fields.get(_SERVICE, ""), fields.get(_SOURCE_ACCOUNT, "")
    return OnBehalf(service, fields.get(_SOURCE_ARN, ""), account) if service and account else None
