"""Where each runtime looks for what layers bring, as recorded on AWS (AWS: "Layer paths for each Lambda runtime")."""

from __future__ import annotations

import re

TASK_ROOT = "/var/task"
OPT = "/opt"
RUNTIME_DIR = "/var/runtime"
PATH_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "NODE_PATH", "GEM_PATH", "RUBYLIB")
"""Those that hold lists of folders."""
_OF_LAYERS = re.compile(r"/opt/(bin|lib|python(/lib/python[0-9.]+/site-packages)?|nodejs(/node[0-9]+)?/node_modules|ruby/(lib|gems/[0-9.]+)|java/lib)")


def path_variables(runtime: str, task_root: str = TASK_ROOT) -> dict[str, str]:
    """The variables with which a runtime finds code in /opt, beside PATH and LD_LIBRARY_PATH that all have.

    Java's layers stand in no variable that AWS has recorded: its own launcher puts ``/opt/java/lib/*.jar`` on the class path.
    """
    family, version = _family(runtime)
    if family == "python":
        return {"PYTHONPATH": RUNTIME_DIR}
    if family == "nodejs":
        folders = [f"{OPT}/nodejs/node{version}/node_modules", f"{OPT}/nodejs/node_modules", f"{RUNTIME_DIR}/node_modules", RUNTIME_DIR, task_root]
        return {"NODE_PATH": ":".join(folders)}
    if family == "ruby":
        abi = f"{version}.0"
        return {
            "GEM_HOME": RUNTIME_DIR,
            "GEM_PATH": f"{task_root}/vendor/bundle/ruby/{abi}:{OPT}/ruby/gems/{abi}:{RUNTIME_DIR}",
            "RUBYLIB": f"{task_root}:{RUNTIME_DIR}/lib:{OPT}/ruby/lib",
        }
    return {}


def python_import_paths(version: str) -> list[str]:
    """The folders that come after /var/task on ``sys.path``; ``version`` is ``3.13``."""
    return [f"{OPT}/python/lib/python{version}/site-packages", f"{OPT}/python"]


def placed(value: str, task_root: str, opt: str) -> str:
    """A list of folders with /var/task and layers' folders where they really are; without layers (``opt`` is "") those fall out.

    Other folders below /opt are this machine's own: an interpreter may live there.
    """
    places = []
    for folder in value.split(":"):
        if _OF_LAYERS.fullmatch(folder):
            if opt:
                places.append(opt + folder[len(OPT) :])
        elif folder == TASK_ROOT or folder.startswith(TASK_ROOT + "/"):
            places.append(task_root + folder[len(TASK_ROOT) :])
        else:
            places.append(folder)
    return ":".join(places)


def _family(runtime: str) -> tuple[str, str]:
    """``nodejs24.x`` is ("nodejs", "24"), ``ruby3.4`` is ("ruby", "3.4")."""
    match = re.fullmatch(r"([a-z]+)(\d+(?:\.\d+)?)?(?:\..+)?", runtime)
    return (match[1], match[2] or "") if match else (runtime, "")
