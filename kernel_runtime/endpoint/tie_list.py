"""In the companion: which functions moto's services are to call, told to the door alone.

It is asked when somebody looks at a lab's sources. The question is a request with a header that the door lets nobody else send; it never reaches moto.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..account.on_behalf import OnBehalf
from ..account.ties import Tie
from .on_behalf import PREFIX

HEADER = f"{PREFIX}ties"
"""Its value is the secret of the companion's own key."""
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def telling(application: Application, secret: str) -> Application:
    """The WSGI application, which answers that question too."""
    name = "HTTP_" + HEADER.upper().replace("-", "_")

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = environ.get(name)
        if not asked or not hmac.compare_digest(asked.encode(), secret.encode()):
            return application(environ, start_response)
        told = json.dumps([[tie.behalf.service, tie.behalf.source_arn, tie.behalf.source_account, tie.function, tie.enabled] for tie in _ties()])
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(told)))])
        return [told.encode()]

    return answer


def read(body: bytes) -> list[Tie]:
    """The answer, at the door."""
    return [Tie(OnBehalf(service, arn, account), function, enabled) for service, arn, account, function, enabled in json.loads(body)]


def _ties() -> list[Tie]:
    """Each once. What is changed meanwhile may be missed or told as it was."""
    return list(dict.fromkeys(tie for found in (_buckets, _topics, _rules, _log_groups) for tie in found()))


def _buckets() -> Iterator[Tie]:
    from moto.s3.models import s3_backends

    for account, backend in _backends(s3_backends):
        for bucket in list(backend.buckets.values()):
            configuration = getattr(bucket, "notification_configuration", None)
            for told in configuration.cloud_function if configuration is not None else []:
                yield Tie(OnBehalf("s3.amazonaws.com", f"arn:aws:s3:::{bucket.name}", account), told.arn)


def _topics() -> Iterator[Tie]:
    from moto.sns.models import sns_backends

    for _, backend in _backends(sns_backends):
        for subscription in list(backend.subscriptions.values()):
            if subscription.protocol == "lambda":
                yield Tie(OnBehalf("sns.amazonaws.com", subscription.topic.arn, subscription.topic.account_id), subscription.endpoint)


def _rules() -> Iterator[Tie]:
    """Those with a pattern; the lab itself knows the scheduled ones."""
    from moto.events.models import events_backends

    for account, backend in _backends(events_backends):
        for rule in [rule for bus in list(backend.event_buses.values()) for rule in list(bus.rules.values())]:
            for target in list(rule.targets) if rule.event_pattern.get_pattern() else []:
                if target["Arn"].split(":")[2] == "lambda":
                    yield Tie(OnBehalf("events.amazonaws.com", rule.arn, account), target["Arn"], rule.state != "DISABLED")


def _log_groups() -> Iterator[Tie]:
    from moto.logs.models import logs_backends

    for account, backend in _backends(logs_backends):
        for group in list(backend.groups.values()):
            for told in list(group.subscription_filters.values()):
                if told.destination_arn.split(":")[2] == "lambda":
                    arn = f"arn:aws:logs:{group.region}:{account}:log-group:{group.name}:*"
                    yield Tie(OnBehalf("logs.amazonaws.com", arn, account), told.destination_arn)


def _backends(held: Any) -> Iterator[tuple[str, Any]]:
    """Of a service, by account, one for each region that was used."""
    for account, regions in list(held.items()):
        for backend in list(regions.values()):
            yield account, backend
