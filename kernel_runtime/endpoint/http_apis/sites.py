"""Everything that functions serve over HTTP: which site an address means."""

from __future__ import annotations

import json
import logging
from urllib.parse import urlsplit

from ...account import function_urls
from ...account.accounts import Accounts
from ...model.errors import AwsError
from ...sources.http_calls import HttpCalls
from ..addresses import Address
from ..answer import Answer
from ..arrival import Arrival
from ..body import Body, HungUp
from ..credentials import Credentials
from ..services import Services
from .api_book import ApiBook, HttpApi, RestApi
from .function_url import Found, FunctionUrlSite
from .http_api import HttpApiSite
from .rest_api import RestApiSite
from .tokens import Tokens

_JSON = ("Content-Type", "application/json")
log = logging.getLogger(__name__)


class Sites:
    """``app.Sites``. services: API Gateway's control plane, and where keys of tokens are had from. door_url: where the door is."""

    def __init__(self, accounts: Accounts, credentials: Credentials, calls: HttpCalls, services: Services, door_url: str) -> None:
        self._accounts = accounts
        self._port = urlsplit(door_url).port or 80
        self._urls = FunctionUrlSite(self._find_url, credentials, calls)
        self._book = ApiBook(services)
        tokens = Tokens(services)
        self._http_apis = HttpApiSite(accounts, credentials, tokens, calls)
        self._rest_apis = RestApiSite(accounts, credentials, tokens, calls)

    async def __call__(self, address: Address, arrival: Arrival, body: Body, request_id: str) -> Answer:
        try:
            if address.kind == "lambda-url":
                return await self._urls(address, arrival, body, request_id, self._port)
            api = await self._book.find(address.id, address.region)
            if api is None:
                return Answer(403, (_JSON, ("x-amzn-ErrorType", "ForbiddenException")), b'{"message":"Forbidden"}')
            if isinstance(api, HttpApi) and api.settings.get("protocolType") == "WEBSOCKET":
                return Answer(501, (_JSON,), b'{"message":"Serverless Lab does not serve WebSocket APIs."}')
            if isinstance(api, RestApi):
                return await self._rest_apis(api, address, arrival, body, request_id, self._port)
            return await self._http_apis(api, address, arrival, body, request_id, self._port)
        except HungUp:
            raise
        except AwsError as error:
            told = {"message": str(error.args[0]) if error.args else ""}
            return Answer(error.status, (_JSON, ("x-amzn-ErrorType", error.type)), json.dumps(told).encode())
        except Exception as fault:
            log.exception("A site failed at %s %s", arrival.method, arrival.path)
            told = {"message": f"Serverless Lab failed: {type(fault).__name__}: {fault}"}
            return Answer(500, (_JSON, ("x-amzn-ErrorType", "ServiceException")), json.dumps(told).encode())

    def _find_url(self, id: str) -> Found | None:
        for account in self._accounts.everybody():
            if found := function_urls.find(account, id):
                return account, *found
        return None
