"""What Lambda refuses of a configuration because of numbers, and what cannot be told. A check changes nothing.

AWS: PutFunctionConcurrency, PutProvisionedConcurrencyConfig; messages as recorded.
"""

from __future__ import annotations

from ..model.errors import InvalidParameterValueException, ResourceConflictException
from ..model.function import Function, check_range
from ..model.names import LATEST
from .facts import AliasPut, ProvisionedPut
from .groups import Group
from .lifecycle import ImpossibleFact
from .registry import Registry

_UNPUBLISHED = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."


def check_function(registry: Registry, function: Function) -> None:
    """Raise InvalidParameterValueException where reserved concurrency would be less than the function's provisioned, or leave the others too little."""
    group = registry.groups.get(function.name)
    if function.version != LATEST:
        if group is None:
            raise ImpossibleFact(f"there is no function {function.name} to have a version {function.version}")
        return
    reserved = function.reserved_concurrency
    if reserved is None:
        return
    own = group.provisioned if group is not None else 0
    if reserved < own:
        raise InvalidParameterValueException(
            f" ReservedConcurrentExecutions  {reserved} should not be lower than function's total provisioned concurrency [{own}]."
        ).untyped()
    before = group.reserved if group is not None else None
    taken = reserved - (own if before is None else before)
    if taken > 0 and registry.unreserved_limit - taken < registry.unreserved_least:
        raise InvalidParameterValueException(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of "
            f"[{registry.unreserved_least}]."
        ).untyped()


def check_alias(registry: Registry, fact: AliasPut) -> None:
    """Raise ImpossibleFact for an unknown version or a name that is a version's, InvalidParameterValueException for provisioned concurrency on $LATEST."""
    group = registry.group(fact.function)
    if fact.alias == LATEST or fact.alias.isdecimal():
        raise ImpossibleFact(f"{fact.alias} is a version's name, and no alias's")
    for version in (fact.version, *(version for version, _ in fact.weights)):
        registry.version(fact.function, version)
    if fact.alias in group.standbys and fact.version == LATEST:
        raise InvalidParameterValueException(_UNPUBLISHED)


def check_provisioned(registry: Registry, fact: ProvisionedPut) -> None:
    """Raise InvalidParameterValueException or ResourceConflictException where Lambda would refuse, ImpossibleFact for an unknown qualifier."""
    group = registry.group(fact.function)
    check_range("provisionedConcurrentExecutions", fact.count, 1, None)
    version = group.aliases[fact.qualifier].version if fact.qualifier in group.aliases else fact.qualifier
    registry.version(fact.function, version)
    if version == LATEST:
        raise InvalidParameterValueException(_UNPUBLISHED)
    _check_overlap(group, fact.qualifier, version)
    before = group.standbys[fact.qualifier].requested if fact.qualifier in group.standbys else 0
    if group.reserved is not None:
        if group.provisioned - before + fact.count > group.reserved:
            raise InvalidParameterValueException("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
        return
    unreserved = registry.unreserved_limit + before
    if fact.count > unreserved:
        raise InvalidParameterValueException(
            f"Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [{unreserved}]."
        ).untyped()
    if fact.count > before and unreserved - fact.count < registry.unreserved_least:
        raise InvalidParameterValueException(
            f"Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of "
            f"[{registry.unreserved_least}]."
        ).untyped()


def _check_overlap(group: Group, qualifier: str, version: str) -> None:
    if qualifier in group.aliases:
        if version in group.standbys:
            raise ResourceConflictException("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
    elif any(group.aliases[name].version == version for name in group.standbys if name in group.aliases):
        raise ResourceConflictException("Version is pointed by a Provisioned Concurrency alias")


def check_limit(registry: Registry, concurrency: int) -> None:
    """Raise ImpossibleFact where an account's limit would not cover what is reserved and provisioned of it."""
    taken = registry.reserved + registry.unreserved.provisioned
    if concurrency <= taken:
        what = "reserved or provisioned" if registry.unreserved.provisioned else "reserved"
        raise ImpossibleFact(f"{taken} of the account's concurrency are {what}: {concurrency} would leave the others none")


def check_version_unused(registry: Registry, name: str, version: str) -> None:
    """Raise ImpossibleFact where the version is not there, is $LATEST, or an alias points to it."""
    registry.version(name, version)
    if version == LATEST:
        raise ImpossibleFact(f"{LATEST} goes with the function alone")
    using = [alias for alias, points in registry.group(name).aliases.items() if version in points.versions]
    if using:
        raise ImpossibleFact(f"version {version} of {name} is what {', '.join(using)} points to")


def check_alias_known(group: Group, alias: str) -> None:
    """Raise ImpossibleFact where there is none."""
    if alias not in group.aliases:
        raise ImpossibleFact(f"function {group.name} has no alias {alias}")


def check_provisioned_known(group: Group, qualifier: str) -> None:
    """Raise ImpossibleFact where the qualifier has no provisioned concurrency."""
    if qualifier not in group.standbys:
        raise ImpossibleFact(f"{qualifier} of {group.name} has no provisioned concurrency")
