"""What a magic gives back: a rich result for the notebook, plain text elsewhere. It formats; what it shows comes from the lab."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from kernel_runtime import FunctionHandle, Lab, Outcome, TooManyRequestsException, notebook_only_names
from kernel_runtime.connected import ConnectedLab

_LOG_LINES = 30
_PAYLOAD_CHARACTERS = 2_000
_COLOURS = {
    "cold": "#0072B2",
    "warm": "#009E73",
    "suppressed": "#CC79A7",
    "provisioned": "#B8A800",
    "restored": "#56B4E9",
    "429": "#E69F00",
    "error": "#D55E00",
}
"""Okabe and Ito's colours, which colour-blind readers tell apart."""

_BOX = "font-family:var(--jp-ui-font-family,sans-serif);font-size:13px;line-height:1.5;border-left:4px solid {colour};padding:4px 12px;margin:2px 0"
_PRE = (
    "white-space:pre-wrap;word-break:break-word;font-family:var(--jp-code-font-family,monospace);font-size:12px;margin:4px 0;"
    "padding:6px 8px;max-height:22em;overflow:auto;background:rgba(127,127,127,.1);color:inherit;border-radius:3px"
)


def badge(text: str, colour: str) -> str:
    return f'<span style="background:{colour};color:#fff;border-radius:3px;padding:1px 8px;font-weight:600">{escape(text)}</span>'


def pre(text: str) -> str:
    return f'<pre style="{_PRE}">{escape(text)}</pre>'


def box(colour: str, *parts: str) -> str:
    return f'<div style="{_BOX.format(colour=colour)}">{"".join(parts)}</div>'


def shortened(text: str) -> str:
    return text if len(text) <= _PAYLOAD_CHARACTERS else f"{text[:_PAYLOAD_CHARACTERS]}… ({len(text):,} characters)"


class Invoked:
    """One invocation that ran. ``outcome`` is the whole of it; ``payload``, ``error``, ``report``, ``log`` and ``start`` are its own."""

    throttled = False

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "outcome":
            raise AttributeError(name)
        return getattr(self.outcome, name)

    def _who(self) -> str:
        """The name as it was asked for, and the version that an alias came to."""
        record = self.outcome.record
        if not record.qualifier:
            return record.function
        return f"{record.function}:{record.qualifier}" + (f" → version {record.version}" if record.version != record.qualifier else "")

    def _figures(self) -> list[str]:
        report = self.outcome.report
        init = f"init {report.init_ms:.2f} ms" if report.init_ms is not None else ""
        figures = [
            f"{report.duration_ms:.2f} ms",
            init,
            f"billed {report.billed_ms} ms",
            f"{report.max_memory_mb} of {report.memory_mb} MB",
            f"${self.outcome.cost_usd:.10f}",
        ]
        return [figure for figure in figures if figure]

    def __repr__(self) -> str:
        outcome = self.outcome
        lines = [f"{self._who()}: {outcome.start}, {', '.join(self._figures())}"]
        lines.append(shortened(_pretty(outcome.payload)) if outcome.error is None else _error_text(outcome))
        return "\n".join([*lines, *outcome.notes])

    def _repr_html_(self) -> str:
        outcome = self.outcome
        colour = _COLOURS[outcome.start if outcome.ok else "error"]
        head = [badge(outcome.start, _COLOURS[outcome.start])]
        if not outcome.ok:
            head.append(badge(outcome.report.error_type or "timeout" if outcome.report.status != "timeout" else "timeout", colour))
        figures = " · ".join(map(escape, self._figures()))
        body = pre(shortened(_pretty(outcome.payload))) if outcome.error is None else pre(_error_text(outcome))
        log = "\n".join(outcome.log.rstrip().splitlines()[-_LOG_LINES:])
        folded = f'<details><summary style="cursor:pointer">log</summary>{pre(log)}</details>'
        notes = "".join(f'<div style="color:{_COLOURS["429"]}">note: {escape(note)}</div>' for note in outcome.notes)
        return box(colour, f"<b>{escape(self._who())}</b> ", " ".join(head), f" {figures}", body, folded, notes)


class Throttled:
    """A throttle: the function did not run and costs nothing. ``reason`` is AWS's, ``retry_after_s`` may be None."""

    throttled = True
    outcome = None
    ok = False
    status = 429

    def __init__(self, function: str, throttle: TooManyRequestsException) -> None:
        self.function = function
        self.reason = throttle.reason
        self.retry_after_s = throttle.retry_after_s

    def __repr__(self) -> str:
        again = f", again in {self.retry_after_s:.1f} s" if self.retry_after_s else ""
        return f"{self.function}: 429 TooManyRequestsException, {self.reason}{again}"

    def _repr_html_(self) -> str:
        again = f" · again in {self.retry_after_s:.1f} s" if self.retry_after_s else ""
        head = f"<b>{escape(self.function)}</b> {badge('429 TooManyRequestsException', _COLOURS['429'])} {escape(self.reason)}{again}"
        return box(_COLOURS["429"], head, "<div>Throttled: the function did not run, and this call costs nothing.</div>")


class Defined:
    """A function that has been created or changed. ``handle`` invokes it; ``warnings`` say what will surprise."""

    def __init__(self, handle: FunctionHandle, source: str, notebook: Mapping[str, Any]) -> None:
        self.handle = handle
        names = notebook_only_names(source, (name for name in notebook if not name.startswith("_")))
        self.warnings: list[str] = list(handle.notes)
        if names:
            listed = ", ".join(names)
            self.warnings.insert(
                0, f"{listed}: exists only in the notebook; the function will not find it. Import or define it in the cell, or pass it in the event."
            )

    def _line(self) -> str:
        function = self.handle.configuration
        reserved = "unreserved" if function.reserved_concurrency is None else f"reserved concurrency {function.reserved_concurrency}"
        return f"{function.runtime}, {function.memory_mb:,} MB ({function.cpu_share:.2f} vCPU), timeout {function.timeout_s} s, {reserved}"

    def __repr__(self) -> str:
        return "\n".join([f"function {self.handle.name}: {self._line()}", *(f"warning: {warning}" for warning in self.warnings)])

    def _repr_html_(self) -> str:
        warnings = "".join(f'<div style="color:{_COLOURS["error"]}">⚠ {escape(warning)}</div>' for warning in self.warnings)
        return box(_COLOURS["warm"], f"<b>{escape(self.handle.name)}</b> {escape(self._line())}", warnings)


class Logs(str):
    """A function's log, shown as it is."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return pre(str(self).rstrip() or "(nothing yet)")


class Status:
    """What runs here, and what is enforced on this machine with what."""

    def __init__(self, lab: Lab) -> None:
        self.functions = [(handle.configuration, lab.view(name)) for name, handle in lab.functions.items()]
        self.enforcement = lab.doctor()
        self.account = lab.account()
        self.endpoint_url = lab.endpoint_url
        self.elsewhere = isinstance(lab, ConnectedLab)

    def _function_rows(self) -> list[list[str]]:
        return [[f.name, f.runtime, f"{f.memory_mb:,} MB", f"{f.timeout_s} s", f"{v.in_use} of {v.limit:,}", str(v.idle)] for f, v in self.functions]

    def _enforcement_rows(self) -> list[list[str]]:
        return [[row.limit, "yes" if row.enforced else "NO", row.mechanism, row.note] for row in self.enforcement]

    def _door(self) -> str:
        if self.elsewhere:
            return f"connected to the lab at {self.endpoint_url} (%lab --here: back to this kernel's own)"
        return f'AWS API at {self.endpoint_url}: the_lab().boto3("lambda"), or any client with that endpoint_url and the_lab().credentials.owner'

    def __repr__(self) -> str:
        rows = [self._door(), *(" · ".join(row) for row in (*self._function_rows(), *self._enforcement_rows()))]
        return "\n".join([f"concurrency {self.account.in_use} of {self.account.limit:,}, {self.account.environments} environments", *rows])

    def _repr_html_(self) -> str:
        head = f"<b>Serverless Lab</b> · concurrency {self.account.in_use} of {self.account.limit:,} · {self.account.environments} environments"
        door = f"<div>{escape(self._door())}</div>"
        functions = table(["function", "runtime", "memory", "timeout", "in use", "idle environments"], self._function_rows()) if self.functions else ""
        enforced = table(["limit", "enforced", "with", "note"], self._enforcement_rows()) if self.enforcement else ""
        return box(_COLOURS["cold"], head, door, functions, enforced)


def table(head: list[str], rows: list[list[str]]) -> str:
    """Rows under a head, as HTML."""
    cell = "text-align:left;padding:2px 10px;vertical-align:top"
    titles = "".join(f'<th style="{cell}">{escape(title)}</th>' for title in head)
    body = "".join("<tr>" + "".join(f'<td style="{cell}">{escape(value)}</td>' for value in row) + "</tr>" for row in rows)
    return f'<table style="margin:6px 0;line-height:1.4"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>'


def _pretty(payload: Any) -> str:
    if isinstance(payload, bytes):
        return repr(payload)
    flat = json.dumps(payload, ensure_ascii=False)
    return flat if len(flat) < 100 else json.dumps(payload, ensure_ascii=False, indent=2)


def _error_text(outcome: Outcome) -> str:
    error = outcome.error
    assert error is not None
    return f"{error}\n{''.join(error.stack_trace)}".rstrip()
