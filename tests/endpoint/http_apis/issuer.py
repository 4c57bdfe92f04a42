"""An issuer of tokens: a key of its own, published as OpenID providers do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


class Issuer:
    """``url`` is the issuer; ``reads`` counts how often its keys were read."""

    def __init__(self, url: str) -> None:
        self.url, self.reads = url, 0
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, kid: str = "one", algorithm: str = "RS256", **claims: Any) -> str:
        now = int(time.time())
        held = {"iss": self.url, "aud": "shop", "sub": "ann", "exp": now + 60, "iat": now, **claims}
        return jwt.encode({name: value for name, value in held.items() if value is not None}, self._key, algorithm, headers={"kid": kid})

    def keys(self) -> dict[str, Any]:
        self.reads += 1
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}, {"kty": "oct", "kid": "odd", "k": "AA"}]}

    def configuration(self) -> dict[str, Any]:
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}


@contextmanager
def issuer() -> Iterator[Issuer]:
    """One that answers on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = {"/.well-known/openid-configuration": made.configuration, "/keys": made.keys}.get(self.path, dict)()
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Issuer(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
