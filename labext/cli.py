"""The command ``serverless-lab``: open the lessons, check notebooks, tell what this machine enforces."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from .lessons import copy_lessons, lessons
from .services import hint


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit: 0 well, 1 a notebook failed, 2 a wrong call, 130 Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        sys.exit(options.run(options))
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    about = "AWS Lambda, real and visible, inside a Jupyter notebook. Without a command: JupyterLab, on copies of the lessons in this folder."
    parser = argparse.ArgumentParser(prog="serverless-lab", description=about)
    parser.set_defaults(run=_open_lab)
    parser.add_argument("--no-browser", action="store_true", help="print the URL and open no browser (for servers)")
    parser.add_argument("--port", type=int, default=8888, help="the port to begin looking for a free one at (%(default)s)")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    check = commands.add_parser("check", help="execute notebooks and say whether they pass; with none named, the lessons")
    check.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")
    check.add_argument("--jobs", type=_positive, default=max(1, os.cpu_count() or 1), help="how many at once (%(default)s)")
    check.add_argument("--timeout", type=_positive, default=300, metavar="S", help="seconds that one cell may take (%(default)s)")
    check.add_argument("--junit", type=Path, metavar="FILE", help="write the results as JUnit XML too")
    check.set_defaults(run=_check)
    doctor = commands.add_parser("doctor", help="what is enforced on this machine, limit by limit, and with what")
    doctor.set_defaults(run=_doctor)
    serve = commands.add_parser("serve", help="run a lab without a notebook, for boto3, the AWS CLI and whatever speaks AWS's API")
    serve.add_argument("--port", type=int, default=4566, dest="port", help="the port to listen on (%(default)s; 0: a free one)")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s; another opens the lab to the network)")
    serve.add_argument("--home", type=Path, metavar="DIR", help="a folder that keeps functions and layers from one time to the next")
    serve.add_argument("--config", type=Path, metavar="FILE", help="a lab.toml: options of the lab, services, functions")
    serve.add_argument("--accept-any-credentials", action="store_true", help="verify no signature: any key opens the door")
    serve.add_argument("--clock", type=float, metavar="SPEED", help="retries, ages, windows and schedules pass SPEED times as fast (60: a minute is a second)")
    serve.set_defaults(run=_serve)
    return parser


def _serve(options: argparse.Namespace) -> int:
    from .serve import serve

    return serve(options)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 up, not {text!r}")
    return int(text)


def _open_lab(options: argparse.Namespace) -> int:
    try:
        copies = copy_lessons(Path.cwd())
    except OSError as why:
        print(f"serverless-lab: the lessons cannot be put into {Path.cwd()} ({why.strerror}): go to a folder of your own, and start there", file=sys.stderr)
        return 1
    if not copies:
        print("serverless-lab: no lessons are installed", file=sys.stderr)
        return 1
    first = copies[0].relative_to(Path.cwd())
    command = [
        sys.executable, "-m", "jupyterlab", f"--port={options.port}", f"--LabApp.default_url=/lab/tree/{first}", "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", f"--ServerApp.root_dir={Path.cwd()}",
    ]  # fmt: skip
    if options.no_browser:
        command.append("--no-browser")
    if os.geteuid() == 0:
        command.append("--allow-root")
    if missing := hint():
        print(missing)
    print(f"Serverless Lab: your lessons are in {first.parent}/ (Ctrl-C stops)", flush=True)
    server = subprocess.Popen(command, start_new_session=True)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()  # it shuts its kernels down, and they their worker hosts
        try:
            server.wait(15)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            os.killpg(server.pid, signal.SIGKILL)
        return 130


def _check(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Table

    from .check import check_all, write_junit

    console = Console()
    paths = list(options.notebooks) or lessons()
    missing = [str(path) for path in paths if not path.is_file()]
    if missing or not paths:
        print(f"serverless-lab check: no such notebook: {', '.join(missing) or 'no lessons are installed'}", file=sys.stderr)
        return 2
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("cells"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks = {path: bars.add_task(path.name, total=None) for path in paths}

        def progress(path: Path, done: int, total: int) -> None:
            bars.update(tasks[path], completed=done, total=total)
            if not console.is_terminal and done == total:
                print(f"{path.name}: {done} of {total} cells", flush=True)

        checked = asyncio.run(check_all(paths, options.jobs, options.timeout, progress))
    table = Table("notebook", "result", "cells", "seconds")
    for one in checked:
        table.add_row(one.path.name, "[green]passed[/]" if one.ok else "[red]failed[/]", str(one.cells), f"{one.seconds:.1f}")
    console.print(table)
    for one in checked:
        if not one.ok:
            console.rule(f"{one.path.name} failed in this cell")
            console.print(one.cell, markup=False, highlight=False)
            console.rule("with")
            console.print(one.error, markup=False, highlight=False)
    if options.junit:
        write_junit(checked, options.junit)
    failed = sum(not one.ok for one in checked)
    print(f"{len(checked) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _doctor(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from kernel_runtime import Lab

    table = Table("limit", "enforced", "with", "note")
    with Lab() as lab:
        for row in lab.doctor():
            table.add_row(row.limit, "[green]yes[/]" if row.enforced else "[yellow]no[/]", row.mechanism, row.note)
        Console().print(table)
    if missing := hint():
        print(missing)
    return 0


if __name__ == "__main__":
    main()
