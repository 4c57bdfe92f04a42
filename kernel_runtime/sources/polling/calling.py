"""One batch to one function: the call, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ...account.account import Account
from ...account.recursion import traced
from ...fleet.base import awaiting
from ...model.errors import AwsError, LabClosed, LabError, RecursiveInvocationException, ResourceNotFoundException, TooManyRequestsException
from ...model.names import LATEST
from ...model.tracing import farthest, trace_header

Kind = Literal["ok", "failed", "throttled", "unavailable"]

FAILED = "PROBLEM: Function call failed"
"""As AWS says it of an error, a timeout and a throttle alike."""


@dataclass(frozen=True, slots=True)
class Called:
    """kind: ``ok`` and ``failed`` ran; ``throttled`` and ``unavailable`` (no such function, no room on this machine) did not. answer: what the function
    answered. error_type: as in a record's. version: the one that ran."""

    kind: Kind
    answer: bytes = b""
    request_id: str = ""
    version: str = LATEST
    why: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The function that a mapping calls. qualifier: a version's or an alias's, empty where none was given."""

    arn: str
    name: str
    qualifier: str

    @classmethod
    def of(cls, arn: str) -> Target:
        parts = arn.split(":")
        return cls(arn, parts[6], parts[7] if len(parts) > 7 else "")

    def reserved(self, account: Account) -> int | None:
        """The function's reserved concurrency."""
        record = account.functions.get(self.name)
        return None if record is None else record.reserved_concurrency

    def there(self, account: Account) -> bool:
        return self.name in account.functions


async def call(account: Account, target: Target, payload: bytes, traces: Iterable[str] = ()) -> Called:
    """Invoke and wait. traces: X-Ray's headers of what the payload holds, where it has any. Raises LabClosed."""
    request_id = account.new_id()
    try:
        trace = trace_header(request_id, account.now().timestamp(), farthest(traces, account.arn(target.name)))
        trace = traced(account, account.record(target.name, target.qualifier), trace)
        record, answer = await awaiting(
            account.engine.invoke(target.name, payload, target.qualifier or None, synchronous=False, request_id=request_id, trace_id=trace)
        )
    except RecursiveInvocationException as loop:
        return Called("failed", request_id=request_id, why=str(loop))
    except TooManyRequestsException as throttle:
        return Called("throttled", request_id=request_id, why=str(throttle))
    except ResourceNotFoundException as gone:
        return Called("unavailable", request_id=request_id, why=str(gone))
    except LabClosed:
        raise
    except (AwsError, LabError) as fault:
        return Called("unavailable", request_id=request_id, why=str(fault))
    kind: Kind = "ok" if record.status == "success" else "failed"
    return Called(kind, answer, request_id, record.version, "" if kind == "ok" else record.error_type or record.status)


def payload_of(records: Iterable[bytes], more: bytes = b"") -> bytes:
    """An event of records that are JSON already. more: other members, as JSON without their braces."""
    return b'{"Records":[' + b",".join(records) + b"]" + (b"," + more if more else b"") + b"}"


ENVELOPE_BYTES = len(payload_of([]))


def error_code(error: BaseException | None) -> str:
    """The service's own name of an error; empty where none answered."""
    told = getattr(error, "response", None) or {}
    return str((told.get("Error") or {}).get("Code", ""))


def error_text(error: BaseException) -> str:
    """``CODE: MESSAGE`` where a service said so."""
    told = getattr(error, "response", None) or {}
    return f"{error_code(error)}: {told['Error'].get('Message', '')}" if error_code(error) else str(error) or type(error).__name__
