"""Everything that functions serve over HTTP: which site an address means."""

from __future__ import annotations

import asyncio
import json
import logging
from urllib.parse import urlsplit

from ...account import function_urls
from ...account.accounts import Accounts
from ...sources.http_calls import HttpCalls
from ..addresses import Address
from ..answer import Answer
from ..arrival import Arrival
from ..body import Body, HungUp
from ..credentials import Credentials
from .function_url import Found, FunctionUrlSite

log = logging.getLogger(__name__)


class Sites:
    """``app.Sites``. door_url: where the door is."""

    def __init__(self, accounts: Accounts, credentials: Credentials, calls: HttpCalls, door_url: str) -> None:
        self._accounts = accounts
        self._port = urlsplit(door_url).port or 80
        self._urls = FunctionUrlSite(self._find_url, credentials, calls)

    async def __call__(self, address: Address, arrival: Arrival, body: Body, request_id: str) -> Answer:
        try:
            if not self._accounts.all_open:
                await asyncio.to_thread(self._accounts.open_all)
            if address.kind == "lambda-url":
                return await self._urls(address, arrival, body, request_id, self._port)
            return Answer(404, (("Content-Type", "application/json"),), b'{"message":"Not Found"}')
        except HungUp:
            raise
        except Exception as fault:
            log.exception("A site failed at %s %s", arrival.method, arrival.path)
            told = {"message": f"Serverless Lab failed: {type(fault).__name__}: {fault}"}
            return Answer(500, (("Content-Type", "application/json"), ("x-amzn-ErrorType", "ServiceException")), json.dumps(told).encode())

    def _find_url(self, id: str) -> Found | None:
        for account in self._accounts:
            if found := function_urls.find(account, id):
                return account, *found
        return None
