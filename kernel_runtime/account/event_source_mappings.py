"""Event source mappings: what Lambda polls for which function, kept and checked (AWS: "How Lambda processes records from event sources").

A mapping outlives its function, as on AWS: who deletes a function deletes its mappings apart. Nothing is polled from here: who polls is told of changes.
"""

from __future__ import annotations

from typing import Any

from ..model.errors import InvalidParameterValueException, ResourceConflictException, ResourceInUseException, ResourceNotFoundException
from ..model.limits import TIMEOUT_DEFAULT_S
from .account import Account
from .event_source_rules import check
from .event_sources import DYNAMODB, EVERY_MEMBER, KINESIS, SQS, source_of
from .identifiers import FunctionId

Mapping = dict[str, Any]
"""As botocore's EventSourceMappingConfiguration, times in seconds since 1970; beside it ``Tags``, and ``Next``, the state that the present one ends in."""

TABLE = "event_source_mapping"
_KEPT_PLAIN = EVERY_MEMBER - {"StartingPositionTimestamp"}
_EMPTY_TAKES_AWAY = ("FilterCriteria", "ScalingConfig", "ProvisionedPollerConfig", "KMSKeyArn", "MetricsConfig", "LoggingConfig")


def create(account: Account, named: FunctionId, given: dict[str, Any]) -> Mapping:
    """A mapping in state Creating, Enabled or Disabled once it has settled.

    Raises InvalidParameterValueException, ResourceConflictException where function and source have one already.
    """
    source = source_of(given)
    shown_again_s = account.surroundings.visibility_s(given["EventSourceArn"]) if source is SQS else None
    missing = account.surroundings.missing_source(given.get("EventSourceArn") or "") if source in (SQS, KINESIS, DYNAMODB) else ""
    with account.changing:
        check(source, given, given)
        _check_function(account, named)
        if missing:
            raise InvalidParameterValueException(missing)
        _check_time(account, named, shown_again_s)
        _check_alone(account, source.name, named, given)
        uuid = account.new_id()
        mapping: Mapping = {
            "UUID": uuid,
            "BatchSize": source.batch_size,
            **source.defaults,
            "FunctionArn": named.arn,
            "EventSourceMappingArn": f"arn:aws:lambda:{account.region}:{account.id}:event-source-mapping:{uuid}",
            "State": "Creating",
            "Next": "Enabled" if given.get("Enabled", True) else "Disabled",
            "StateTransitionReason": source.reason,
            "Tags": dict(given.get("Tags") or {}),
        }
        if given.get("EventSourceArn"):
            mapping["EventSourceArn"] = given["EventSourceArn"]
        if given.get("StartingPositionTimestamp") is not None:
            mapping["StartingPositionTimestamp"] = given["StartingPositionTimestamp"].timestamp()
        if source.name == "Kafka":
            member = "SelfManagedKafkaEventSourceConfig" if given.get("SelfManagedEventSource") else "AmazonManagedKafkaEventSourceConfig"
            mapping[member] = {"ConsumerGroupId": uuid}
        return _keep(account, _changed(mapping, given))


def update(account: Account, uuid: str, named: FunctionId | None, given: dict[str, Any]) -> Mapping:
    """What is given in place of what was there; Updating, Enabling or Disabling until it has settled.

    Raises ResourceNotFoundException, ResourceInUseException while it is in between, and as ``create`` does.
    """
    arn = held(account, uuid).get("EventSourceArn") or ""
    shown_again_s = account.surroundings.visibility_s(arn) if named is not None and ":sqs:" in arn else None
    with account.changing:
        old = held(account, uuid)
        _check_settled(old, "update")
        source = source_of(old)
        new = _changed(old, given)
        check(source, given, new)
        if named is not None:
            _check_function(account, named)
            _check_time(account, named, shown_again_s)
            _check_alone(account, source.name, named, old, besides=uuid)
            new["FunctionArn"] = named.arn
        enabled = given.get("Enabled")
        turned = enabled is not None and enabled != (old["State"] == "Enabled")
        new["Next"] = old["State"] if not turned else "Enabled" if enabled else "Disabled"
        new["State"] = "Updating" if not turned else "Enabling" if enabled else "Disabling"
        return _keep(account, new)


def delete(account: Account, uuid: str) -> Mapping:
    """Deleting, then gone. Raises ResourceNotFoundException, ResourceInUseException."""
    with account.changing:
        old = held(account, uuid)
        _check_settled(old, "delete")
        return _keep(account, {**old, "State": "Deleting", "Next": ""})


def held(account: Account, uuid: str) -> Mapping:
    """Raises ResourceNotFoundException."""
    mapping: Mapping | None = account.table(TABLE).get(uuid)
    if mapping is None:
        raise ResourceNotFoundException("The resource you requested does not exist.")
    return mapping


def every(account: Account) -> list[Mapping]:
    return list(account.table(TABLE).values())


def adopt(account: Account) -> None:
    """What was about to settle when the lab ended settles now."""
    for uuid in list(account.table(TABLE)):
        _settle(account, uuid)


def note_result(account: Account, uuid: str, result: str) -> None:
    """What became of the last records: LastProcessingResult, which streams' mappings show."""
    with account.changing:
        mapping = account.table(TABLE).get(uuid)
        if mapping is not None and mapping.get("LastProcessingResult") != result:
            account.table(TABLE)[uuid] = {**mapping, "LastProcessingResult": result}


def tags(account: Account, uuid: str) -> dict[str, str]:
    return dict(held(account, uuid)["Tags"])


def set_tags(account: Account, uuid: str, tags: dict[str, str]) -> None:
    account.table(TABLE)[uuid] = {**held(account, uuid), "Tags": tags}


def _keep(account: Account, mapping: Mapping) -> Mapping:
    uuid = mapping["UUID"]
    mapping["LastModified"] = round(account.now().timestamp(), 3)
    account.table(TABLE)[uuid] = mapping
    account.surroundings.mapping_changed(uuid)
    account.settle(lambda: _settle(account, uuid))
    return mapping


def _settle(account: Account, uuid: str) -> None:
    with account.changing:
        table = account.table(TABLE)
        mapping = table.get(uuid)
        if mapping is None or "Next" not in mapping:
            return
        if not mapping["Next"]:
            del table[uuid]
        else:
            settled = {member: value for member, value in mapping.items() if member != "Next"}
            table[uuid] = {**settled, "State": mapping["Next"]}
        account.surroundings.mapping_changed(uuid)


def _changed(mapping: Mapping, given: dict[str, Any]) -> Mapping:
    """A new mapping: what an update empties goes (botocore: "To remove the configuration, pass an empty value")."""
    new = {**mapping, **{member: given[member] for member in _KEPT_PLAIN if given.get(member) is not None}}
    for member in _EMPTY_TAKES_AWAY:
        if member in new and not (any(new[member].values()) if isinstance(new[member], dict) else new[member]):
            del new[member]
    if given.get("DestinationConfig") is not None:
        new["DestinationConfig"] = {"OnFailure": given["DestinationConfig"].get("OnFailure") or {}}
    return new


def _check_settled(mapping: Mapping, verb: str) -> None:
    if "Next" in mapping:
        raise ResourceInUseException(f"Cannot {verb} the event source mapping because it is in use.")


def _check_function(account: Account, named: FunctionId) -> None:
    record = account.functions.get(named.name)
    if record is None or (named.qualifier and named.qualifier not in record.aliases and record.version(named.qualifier) is None):
        raise InvalidParameterValueException("Function does not exist")


def _check_time(account: Account, named: FunctionId, shown_again_s: int | None) -> None:
    """A queue must not show a message again while its function may still be at it (recorded)."""
    record = account.functions[named.name]
    alias = record.aliases.get(named.qualifier)
    version = record.version(alias.version if alias else named.version)
    timeout_s = version.settings.get("Timeout", TIMEOUT_DEFAULT_S) if version is not None else 0
    if shown_again_s is not None and shown_again_s < timeout_s:
        raise InvalidParameterValueException(f"Queue visibility timeout: {shown_again_s} seconds is less than Function timeout: {timeout_s} seconds")


def _check_alone(account: Account, kind: str, named: FunctionId, given: dict[str, Any], besides: str = "") -> None:
    """A source and a function have one mapping; Kafka's topics count as sources."""
    for other in every(account):
        if other["UUID"] == besides or other["FunctionArn"] != named.arn or not _same_source(other, given):
            continue
        end = f"already exists. Please update or delete the existing mapping with UUID {other['UUID']}"
        arn = given.get("EventSourceArn", "")
        if kind == "SQS":
            raise ResourceConflictException(f'An event source mapping with SQS arn (" {arn} ") and function (" {named.name} ") {end}')
        if kind == "Kafka":
            source, topics = arn or ",".join(_servers(given)), ",".join(given.get("Topics") or ())
            raise ResourceConflictException(f'An event source mapping with event source ("{source}"), function ("{named.arn}"), topics ("{topics}") {end}')
        raise ResourceConflictException(f'The event source arn (" {arn} ") and function (" {named.name} ") provided mapping {end}')


def _same_source(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if (one.get("Topics") or []) != (other.get("Topics") or []):
        return False
    if one.get("EventSourceArn") or other.get("EventSourceArn"):
        return one.get("EventSourceArn") == other.get("EventSourceArn")
    return bool(set(_servers(one)) & set(_servers(other)))


def _servers(given: dict[str, Any]) -> list[str]:
    endpoints: list[str] = ((given.get("SelfManagedEventSource") or {}).get("Endpoints") or {}).get("KAFKA_BOOTSTRAP_SERVERS") or []
    return endpoints
