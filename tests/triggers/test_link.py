"""Links that work where they are read."""

from __future__ import annotations

from kernel_runtime.triggers.link import Link, link

DOOR, PATH = "http://127.0.0.1:4566", "/_lambda-url/abc/"
HUB = {"JUPYTERHUB_SERVICE_PREFIX": "/user/ann/"}


def test_on_this_machine() -> None:
    made = link(DOOR, PATH, {})
    assert made == made.local == repr(made) == "http://127.0.0.1:4566/_lambda-url/abc/"
    assert made._repr_html_() == f'<a href="{made}" target="_blank" rel="noopener">{made}</a>'


def test_on_a_hub_by_the_servers_proxy() -> None:
    made = link(DOOR, PATH, HUB, lambda package: package == "jupyter_server_proxy")
    assert made == "/user/ann/proxy/4566/_lambda-url/abc/" and made.local == DOOR + PATH and not made.note
    for more in ({"JUPYTERHUB_HOST": "https://hub.example"}, {"JUPYTERHUB_PUBLIC_URL": "https://hub.example/user/ann/"}):
        assert link(DOOR, PATH, {**HUB, **more}, lambda package: True) == "https://hub.example/user/ann/proxy/4566/_lambda-url/abc/"


def test_on_a_hub_without_the_proxy_it_names_the_mend() -> None:
    made = link(DOOR, PATH, HUB, lambda package: None)
    assert made == DOOR + PATH and "pip install jupyter-server-proxy" in repr(made) and "jupyter-server-proxy" in made._repr_html_()


def test_what_is_shown_is_escaped() -> None:
    assert Link('http://x/"><script>')._repr_html_().count("<") == 2


def test_a_lab_on_another_machine_is_called_as_it_is() -> None:
    assert link("http://lab.example:4566", PATH, HUB, lambda package: True) == "http://lab.example:4566" + PATH
