"""Tags of functions, event source mappings and code signing configurations, by ARN (AWS: TagResource, UntagResource, ListTags)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...account import code_signing, event_source_mappings
from ...account.account import Account
from ...account.records import FunctionRecord
from ...model import limits
from ...model.errors import InvalidParameterValueException, ResourceNotFoundException
from ..caller import Caller
from .named import identified

_ARN = re.compile(r"arn:[^:]+:lambda:(?P<region>[^:]+):(?P<account>\d{12}):(?P<kind>[a-z-]+):(?P<rest>.+)")
_NOT_THERE = "The resource you requested does not exist."
Keep = Callable[[dict[str, str]], None]


def tag_resource(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    if not request["Tags"]:
        raise InvalidParameterValueException("An error occurred and the request cannot be processed.")
    with account.changing:
        tags, keep = _tags_of(account, request["Resource"])
        new = {**tags, **request["Tags"]}
        check_number(new)
        keep(new)
    return {}


def untag_resource(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    with account.changing:
        tags, keep = _tags_of(account, request["Resource"])
        keep({key: value for key, value in tags.items() if key not in request["TagKeys"]})
    return {}


def list_tags(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    return {"Tags": _tags_of(account, request["Resource"])[0]}


def check_number(tags: dict[str, str]) -> None:
    """Raises InvalidParameterValueException for more than 50."""
    if len(tags) > limits.TAGS_MAX:
        raise InvalidParameterValueException("Number of tags exceeds resource tag limit.")


def _tags_of(account: Account, arn: str) -> tuple[dict[str, str], Keep]:
    """The tags of what the ARN names, and how to keep others in their place. Raises ResourceNotFoundException."""
    found = _ARN.fullmatch(arn)
    if found is None:
        raise ResourceNotFoundException(_NOT_THERE)
    if found["kind"] == "function":
        return _of_function(account, arn)
    if found["kind"] == "code-signing-config":
        return code_signing.tags(account, arn), lambda tags: code_signing.set_tags(account, arn, tags)
    if found["kind"] != "event-source-mapping" or (found["account"], found["region"]) != (account.id, account.region):
        raise ResourceNotFoundException(_NOT_THERE)
    uuid = found["rest"]
    return event_source_mappings.tags(account, uuid), lambda tags: event_source_mappings.set_tags(account, uuid, tags)


def _of_function(account: Account, arn: str) -> tuple[dict[str, str], Keep]:
    named = identified(account, {"FunctionName": arn})
    if named.qualifier:
        raise InvalidParameterValueException("Tags on function aliases and versions are not supported. Please specify a function ARN.")
    record = account.record(named.name)
    return dict(record.tags), lambda tags: _keep(account, record, tags)


def _keep(account: Account, record: FunctionRecord, tags: dict[str, str]) -> None:
    """Recorded: the function's RevisionId changes with its tags. While a change of it settles it is about to change anyway."""
    record.tags = tags
    if record.latest.state != "Pending" and record.latest.update_status != "InProgress":
        record.latest.revision_id = account.new_id()
    account.save(record)
