"""Where a function's or a layer's package can be had: an address of the door that whoever holds it may call for ten minutes (botocore: FunctionCodeLocation,
LayerVersionContentOutput). It is presigned, in the query's words of S3, since that is what AWS gives out."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from . import dialects
from .answer import Answer
from .arrival import Arrival
from .body import Body
from .denials import AccessDeniedException, InvalidSignatureException, SignatureExpired

FIRST_PIECE = "_lab"
"""The first piece of the path of what is the lab's own: no bucket can have such a name."""
VALID_S = 600
_CHUNK_BYTES = 262_144
_STAMP = "%Y%m%dT%H%M%SZ"
_PATH = re.compile(rf"/{FIRST_PIECE}/code/([0-9a-f]{{64}})\Z")


class Downloads:
    """``url``: the door's. ``path_of``: a digest's file, FileNotFoundError where there is none."""

    def __init__(self, url: str, path_of: Callable[[str], Path], clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._url, self._path_of, self._clock = url, path_of, clock
        self._secret = secrets.token_bytes(32)

    def url_of(self, digest: str) -> str:
        """An address from which the very zip can be had, without signing, until ten minutes from now."""
        stamp = self._clock().strftime(_STAMP)
        query = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Date": stamp, "X-Amz-SignedHeaders": "host", "X-Amz-Expires": str(VALID_S)}
        return f"{self._url}/{FIRST_PIECE}/code/{digest}?{urlencode({**query, 'X-Amz-Signature': self._sign(digest, stamp, str(VALID_S))})}"

    async def __call__(self, arrival: Arrival, body: Body) -> Answer:
        """The zip; else what S3 answers: an address that has expired, that was altered, that never was."""
        found = _PATH.match(arrival.path)
        given = {name: values[0] for name, values in parse_qs(arrival.query).items()}
        stamp, valid_s, signature = (given.get(f"X-Amz-{name}", "") for name in ("Date", "Expires", "Signature"))
        if found is None or not signature:
            return dialects.say(AccessDeniedException("Access Denied"), arrival, "s3", "")
        if not hmac.compare_digest(self._sign(found[1], stamp, valid_s).encode(), signature.encode()):
            return dialects.say(InvalidSignatureException(), arrival, "s3", "")
        expires = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC) + timedelta(seconds=int(valid_s))
        if self._clock() > expires:
            return dialects.say(SignatureExpired("Request has expired"), arrival, "s3", "")
        try:
            path = self._path_of(found[1])
        except FileNotFoundError:
            return dialects.say(AccessDeniedException("Access Denied"), arrival, "s3", "")
        headers = (("Content-Type", "application/zip"), ("Content-Length", str(path.stat().st_size)), ("Accept-Ranges", "none"))
        return Answer(200, headers, b"" if arrival.method == "HEAD" else _chunks(path))

    def _sign(self, digest: str, stamp: str, valid_s: str) -> str:
        return hmac.new(self._secret, f"{digest}\n{stamp}\n{valid_s}".encode(), hashlib.sha256).hexdigest()


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
