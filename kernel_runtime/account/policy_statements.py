"""Statements of a resource policy: what AddPermission writes, whom a statement covers, and what Lambda takes for one (IAM User Guide, "JSON policy elements").

A statement is kept as it is shown, in IAM's own JSON. What could not be judged is refused when it is put, so that nothing is kept that means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from ..model.errors import InvalidParameterValueException
from .policy_conditions import are_met, is_known

Statement = dict[str, Any]

_ACCOUNT = re.compile(r"\d{12}\Z")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)\Z")
_PERSON = re.compile(r"arn:aws[a-z-]*:(iam::\d{12}:(root|user/.+|role/.+)|sts::\d{12}:(assumed-role|federated-user)/.+)\Z")
_ASSUMED = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/")
_MEMBERS = ("Effect", "Principal", "Action", "Resource")
_INVALID_PRINCIPAL = "The provided principal was invalid. Please check the principal and try again."


def permission(resource: str, request: Mapping[str, Any]) -> Statement:
    """The statement that AddPermission adds to the policy of ``resource``, members and conditions in AWS's order (recorded).

    Raises InvalidParameterValueException for a principal that IAM does not know the form of, and for a condition that does not go with the action.
    """
    if request.get("FunctionUrlAuthType") and request["Action"] != "lambda:InvokeFunctionUrl":
        raise InvalidParameterValueException("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action")
    statement: Statement = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(request["Principal"]),
        "Action": request["Action"],
        "Resource": resource,
    }
    equals = {
        "AWS:SourceAccount": request.get("SourceAccount"),
        "lambda:EventSourceToken": request.get("EventSourceToken"),
        "lambda:FunctionUrlAuthType": request.get("FunctionUrlAuthType"),
        "aws:PrincipalOrgID": request.get("PrincipalOrgID"),
    }
    via_url = request.get("InvokedViaFunctionUrl")
    conditions = {
        "StringEquals": {key: value for key, value in equals.items() if value},
        "ArnLike": {"AWS:SourceArn": request["SourceArn"]} if request.get("SourceArn") else {},
        "Bool": {"lambda:InvokedViaFunctionUrl": "true" if via_url else "false"} if via_url is not None else {},
    }
    if any(conditions.values()):
        statement["Condition"] = {operator: keys for operator, keys in conditions.items() if keys}
    return statement


def _principal(given: str) -> Any:
    if given == "*":
        return "*"
    if _ACCOUNT.match(given):
        return {"AWS": f"arn:aws:iam::{given}:root"}
    if _SERVICE.match(given):
        return {"Service": given}
    if _PERSON.match(given):
        return {"AWS": given}
    raise InvalidParameterValueException(_INVALID_PRINCIPAL)


def covers(statement: Statement, resource: str, names: Iterable[str], action: str, context: Mapping[str, str]) -> bool:
    """Whether it speaks of ``action`` on ``resource`` by one of ``names`` (see ``names_of``) in these circumstances (condition keys in lower case)."""
    return (
        _is_of(statement.get("Principal"), set(names))
        and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _listed(statement["Action"]))
        and any(_like(resource, pattern) for pattern in _listed(statement["Resource"]))
        and are_met(statement.get("Condition") or {}, context)
    )


def names_of(principal: str, account: str) -> set[str]:
    """Every name under which a policy may mean who asks: a service, an account, a user, a role and its sessions."""
    names = {principal}
    if account:
        names |= {account, f"arn:aws:iam::{account}:root"}
    if role := _ASSUMED.match(principal):
        names.add(f"arn:{role[1]}:iam::{role[2]}:role/{role[3]}")
    return names


def _is_of(given: Any, names: set[str]) -> bool:
    if given == "*":
        return True
    listed = [name for kind in ("AWS", "Service") for name in _listed(given.get(kind, []))]
    return any(name == "*" or _without_path(name) in names or name in names for name in listed)


def _without_path(arn: str) -> str:
    """A session's ARN does not say its role's path (IAM User Guide, "STS assumed-role session principals")."""
    head, found, name = arn.partition(":role/")
    return f"{head}:role/{name.rsplit('/', 1)[-1]}" if found else arn


def _like(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _listed(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def check(statement: Any, resource: str) -> None:
    """Raises InvalidParameterValueException for what cannot stand in the policy of ``resource``."""
    if not isinstance(statement, dict):
        raise InvalidParameterValueException("The provided policy is invalid: Statement holds objects.")
    missing = [member for member in _MEMBERS if member not in statement]
    if missing:
        raise InvalidParameterValueException(f"The provided policy is invalid: a statement has no {missing[0]}.")
    if set(statement) - {*_MEMBERS, "Sid", "Condition"} or not isinstance(statement.get("Sid", ""), str):
        raise InvalidParameterValueException(f"The provided policy is invalid: a statement has Sid, {', '.join(_MEMBERS)} and Condition.")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise InvalidParameterValueException("The provided policy is invalid: Effect is Allow or Deny.")
    _check_principal(statement["Principal"])
    for action in _texts(statement["Action"], "Action"):
        if action != "*" and not action.lower().startswith("lambda:"):
            raise InvalidParameterValueException(f"The provided policy is invalid: {action} is not an action of Lambda.")
    for named in _texts(statement["Resource"], "Resource"):
        if not _like(resource, named):
            raise InvalidParameterValueException(f"The provided policy is invalid: its resource {named} is not {resource}.")
    _check_conditions(statement.get("Condition", {}))


def _check_principal(given: Any) -> None:
    if given == "*":
        return
    if not isinstance(given, dict) or not given or set(given) - {"AWS", "Service"}:
        raise InvalidParameterValueException(_INVALID_PRINCIPAL)
    for name in _texts(given.get("AWS", []), "Principal", may_be_empty=True):
        if name != "*" and not _ACCOUNT.match(name) and not _PERSON.match(name):
            raise InvalidParameterValueException(_INVALID_PRINCIPAL)
    for name in _texts(given.get("Service", []), "Principal", may_be_empty=True):
        if not _SERVICE.match(name):
            raise InvalidParameterValueException(_INVALID_PRINCIPAL)


def _check_conditions(given: Any) -> None:
    if not isinstance(given, dict):
        raise InvalidParameterValueException("The provided policy is invalid: Condition is an object.")
    for operator, keys in given.items():
        if not is_known(operator) or not isinstance(keys, dict):
            raise InvalidParameterValueException(f"The provided policy is invalid: the condition {operator} is not supported.")
        for key, values in keys.items():
            held = values if isinstance(values, list) else [values]
            if not held or not all(isinstance(value, str | bool | int) for value in held):
                raise InvalidParameterValueException(f"The provided policy is invalid: the condition key {key} has no value.")


def _texts(given: Any, member: str, *, may_be_empty: bool = False) -> list[str]:
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not (listed or may_be_empty) or not all(isinstance(item, str) for item in listed):
        raise InvalidParameterValueException(f"The provided policy is invalid: {member} is a string or a list of strings.")
    return listed
