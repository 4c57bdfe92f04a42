"""Aliases as the notebook makes them: one call makes or moves, and the API's shapes are kept."""

from __future__ import annotations

import pytest

from kernel_runtime.account import aliases, versions
from kernel_runtime.model.errors import AwsError

from .homes import Home, define


def test_one_call_makes_and_moves(home: Home) -> None:
    account = home.open()
    record = define(account)
    versions.publish(account, record)
    record = define(account, Timeout=9)
    versions.publish(account, record)
    made = aliases.point(account, record, "live", "1", {"2": 0.5})
    moved = aliases.point(account, record, "live", "2", {})
    assert (made.version, made.weights, moved.version, moved.weights) == ("1", {"2": 0.5}, "2", {})
    assert made.revision_id != moved.revision_id and record.aliases == {"live": moved}


@pytest.mark.parametrize(
    ("name", "weights", "text"),
    [
        ("7", {}, "Value '7' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"),
        ("a b", {}, "Value 'a b' at 'name' failed to satisfy constraint"),
        ("$LATEST", {}, "Value '$LATEST' at 'name' failed to satisfy constraint"),
        ("live", {"2": 1.5}, "Value '{2=1.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint"),
        ("live", {"2": -0.5}, "Value '{2=-0.5}' at 'routingConfig.additionalVersionWeights'"),
    ],
)
def test_shapes(home: Home, name: str, weights: dict[str, float], text: str) -> None:
    account = home.open()
    record = define(account)
    versions.publish(account, record)
    with pytest.raises(AwsError) as caught:
        aliases.point(account, record, name, "1", weights)
    assert caught.value.type == "ValidationException" and str(caught.value).startswith(f"1 validation error detected: {text}")
    assert record.aliases == {}


def test_what_is_attached_to_an_alias_goes_with_it(home: Home) -> None:
    account = home.open()
    record = define(account)
    versions.publish(account, record)
    aliases.point(account, record, "live", "1", {})
    record.attachments("url").update({"live": {"id": "x"}, "": {"id": "y"}})
    aliases.delete(account, record, "live")
    assert record.attached["url"] == {"": {"id": "y"}}
