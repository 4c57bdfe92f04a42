"""``lab.toml``: what a lab without a notebook is made of. Read and checked whole before anything of it is done.

account_concurrency = 1000            # and keep_alive_s, mechanisms, accept_any_credentials, clock, network: as of ``Lab``
[services]
s3 = "http://localhost:9000"          # an endpoint of your own in place of the lab's
[functions.hello]
code = "functions/hello"              # a folder, a .zip or a .py, from where the file lies
memory_mb = 512                       # and every other option of ``Lab.function``
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LAB_OPTIONS: dict[str, tuple[type, ...]] = {
    "account_concurrency": (int,),
    "keep_alive_s": (int, float),
    "mechanisms": (str,),
    "accept_any_credentials": (bool,),
    "clock": (int, float),
    "network": (str,),
}
FUNCTION_OPTIONS: dict[str, tuple[type, ...]] = {
    "handler": (str,),
    "runtime": (str,),
    "memory_mb": (int,),
    "timeout_s": (int,),
    "ephemeral_mb": (int,),
    "reserved_concurrency": (int,),
    "variables": (dict,),
    "layers": (list,),
    "packages": (str,),
    "description": (str,),
    "snap_start": (bool,),
}


class BadConfig(Exception):
    """A file that cannot be used; the message says where and what would do."""


@dataclass(slots=True)
class LabConfig:
    """options: of ``Lab``. functions: name to (code's path, options of ``Lab.function``)."""

    options: dict[str, Any] = field(default_factory=dict)
    functions: dict[str, tuple[Path, dict[str, Any]]] = field(default_factory=dict)


def read_config(path: Path) -> LabConfig:
    """Raises BadConfig."""
    try:
        given = tomllib.loads(path.read_text())
    except OSError as why:
        raise BadConfig(f"{path}: {why.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise BadConfig(f"{path} is no TOML: {why}") from None
    services, functions = given.pop("services", {}), given.pop("functions", {})
    _check(path, "the file", given, LAB_OPTIONS, more="services, functions")
    if not isinstance(services, dict) or not all(isinstance(url, str) and url.startswith(("http://", "https://")) for url in services.values()):
        raise BadConfig(f'{path}: [services] has lines like s3 = "http://localhost:9000"')
    config = LabConfig({**given, **({"services": services} if services else {})})
    for name, options in functions.items():
        if not isinstance(options, dict) or not isinstance(options.get("code"), str):
            raise BadConfig(f"{path}: [functions.{name}] needs code = a folder, a .zip or a .py")
        code = path.parent / options.pop("code")
        if not code.exists():
            raise BadConfig(f"{path}: [functions.{name}] code: there is no {code}")
        _check(path, f"[functions.{name}]", options, FUNCTION_OPTIONS, more="code")
        config.functions[name] = (code, options)
    return config


def source_of(code: Path) -> Any:
    """A folder, a zip's bytes or a module's text, as ``Lab.function`` takes them."""
    if code.is_dir():
        return code
    return code.read_text() if code.suffix == ".py" else code.read_bytes()


def _check(path: Path, where: str, given: dict[str, Any], known: dict[str, tuple[type, ...]], more: str) -> None:
    for name, value in given.items():
        if name not in known:
            raise BadConfig(f"{path}: {where} has no {name}: it has {', '.join(known)}, {more}")
        if not isinstance(value, known[name]) or (isinstance(value, bool) and bool not in known[name]):
            raise BadConfig(f"{path}: {name} of {where} is {' or '.join(kind.__name__ for kind in known[name])}, not {value!r}")
