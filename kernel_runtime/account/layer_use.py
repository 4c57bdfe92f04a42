"""Which layer versions an account may see and attach: its own, and what other accounts share with it, with everyone, or with its organisation.

AWS: "Granting layer access to other accounts"; errors as recorded on AWS.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model.errors import InvalidParameterValueException
from ..model.layer import LayerVersion, parse_layer_arn
from .account import Account


def resolve(account: Account, arns: Sequence[str], asked_by: str | None = None) -> tuple[LayerVersion, ...]:
    """The versions that a function of ``account`` asks for, each checked (see ``LayerBook.resolve`` for the errors).

    asked_by: the caller's ARN, which AccessDeniedException names; the account's root where None.
    """
    organization = _organization(account, arns)
    return account.layers.book.resolve(account.id, account.region, arns, caller_arn=asked_by, organization_id=organization)


def get(account: Account, arn: str, asked_by: str | None = None) -> LayerVersion:
    """A version, by its ARN. Raises AccessDeniedException where it is another account's and not shared, ResourceNotFoundException."""
    book = account.layers.book
    book.check_use(account.id, arn, caller_arn=asked_by, organization_id=_organization(account, [arn]))
    return book.get_by_arn(arn)


def _organization(account: Account, arns: Sequence[str]) -> str | None:
    """The account's organisation, asked for only where a policy names one: whoever knows may have to be started first."""
    return account.surroundings.organization_of(account.id) if any(_names_organization(account, arn) for arn in arns) else None


def _names_organization(account: Account, arn: str) -> bool:
    name = parse_layer_arn(arn)
    if name is None or name.account == account.id:
        return False
    try:
        (layer,) = account.layers.book.attached([arn])
    except InvalidParameterValueException:
        return False  # there never was one
    return any(statement.organization_id for statement in layer.policy.statements)
