"""What a caller may name a function by: a name, a partial or a whole ARN, each with a qualifier or without (botocore: FunctionName, NamespacedFunctionName)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..model.errors import InvalidParameterValueException, ResourceNotFoundException
from ..model.names import LATEST, function_arn

_NAMED = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:)?(?:(?P<region>(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_\.]+)(?::(?P<qualifier>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)


@dataclass(frozen=True, slots=True)
class FunctionId:
    """A function somewhere, and which of its versions or aliases is meant: ``qualifier`` is empty where none was given."""

    account: str
    region: str
    name: str
    qualifier: str = ""

    @property
    def arn(self) -> str:
        """As it was meant: with the qualifier where there is one."""
        return self.unqualified_arn + (f":{self.qualifier}" if self.qualifier else "")

    @property
    def unqualified_arn(self) -> str:
        return function_arn(self.name, self.account, self.region)

    @property
    def version(self) -> str:
        """The qualifier, ``$LATEST`` where none was given."""
        return self.qualifier or LATEST


def function_id(given: str, qualifier: str | None, account: str, region: str) -> FunctionId:
    """Whom ``given`` means to a caller in ``account`` and ``region``.

    Raises InvalidParameterValueException where it names one qualifier and ``qualifier`` another, ResourceNotFoundException for another region.
    """
    match = _NAMED.fullmatch(given)
    if match is None:
        raise ResourceNotFoundException(f"Function not found: {function_arn(given, account, region)}")
    named = match["qualifier"] or ""
    if named and qualifier and named != qualifier:
        raise InvalidParameterValueException("The derived qualifier from the function name does not match the specified qualifier.")
    if match["region"] and match["region"] != region:
        raise ResourceNotFoundException(f"Functions from '{match['region']}' are not reachable in this region ('{region}')")
    return FunctionId(match["account"] or account, region, match["name"], named or qualifier or "")
