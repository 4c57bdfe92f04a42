"""An address of a function's as a link that works where the notebook is read: this machine's own, or by the Jupyter server's proxy under a hub."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from urllib.parse import urlsplit

PROXY_PACKAGE = "jupyter_server_proxy"
_THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}
_NO_PROXY = (
    "This notebook is on a hub, whose machine alone can open the address. With jupyter-server-proxy it opens in your browser: "
    "pip install jupyter-server-proxy, then restart the Jupyter server."
)


class Link(str):
    """The address as text; shown in a notebook it can be clicked. ``local``: where code on this machine reaches it. ``note``: what keeps it from working
    in the reader's browser, empty where nothing does."""

    local: str
    note: str

    def __new__(cls, address: str, local: str = "", note: str = "") -> Link:
        made = super().__new__(cls, address)
        made.local, made.note = local or address, note
        return made

    def __repr__(self) -> str:
        return f"{self!s}\n{self.note}" if self.note else str(self)

    def _repr_html_(self) -> str:
        shown = html.escape(str(self))
        note = f"<br>{html.escape(self.note)}" if self.note else ""
        return f'<a href="{shown}" target="_blank" rel="noopener">{shown}</a>{note}'


def link(door_url: str, path: str, environ: Mapping[str, str] = os.environ, installed: Callable[[str], object] = find_spec) -> Link:
    """The link to ``path`` of the door. Under JupyterHub and Binder it goes by jupyter-server-proxy where that is installed (``{prefix}proxy/PORT/…``); a door
    on another machine is called as it is."""
    local = door_url + path
    prefix = environ.get("JUPYTERHUB_SERVICE_PREFIX", "")
    if not prefix or urlsplit(door_url).hostname not in _THIS_MACHINE:
        return Link(local)
    if not installed(PROXY_PACKAGE):
        return Link(local, note=_NO_PROXY)
    public = environ.get("JUPYTERHUB_PUBLIC_URL") or environ.get("JUPYTERHUB_HOST", "") + prefix
    return Link(f"{public.rstrip('/')}/proxy/{urlsplit(door_url).port}{path}", local)
