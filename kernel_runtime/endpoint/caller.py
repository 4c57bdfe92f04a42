"""Who calls: what the signature of a request proves."""

from __future__ import annotations

from dataclasses import dataclass

from ..account.on_behalf import OnBehalf


@dataclass(frozen=True, slots=True)
class Caller:
    """``account`` (12 digits), ``region`` and ``service`` decide what the call may see; ``principal`` is the ARN of who signed.

    ``request_id`` is this request's id: ``x-amzn-RequestId`` of the answer unless the operation sets another; ``source_ip`` the peer's address;
    ``trace`` its X-Ray header, empty where it sent none. ``on_behalf``: for which service the lab's own companion calls; the account is then the source's.
    """

    access_key: str
    account: str
    region: str
    service: str
    principal: str
    request_id: str = ""
    source_ip: str = "127.0.0.1"
    trace: str = ""
    on_behalf: OnBehalf | None = None
