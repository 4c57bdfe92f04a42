"""What is kept of a function: $LATEST, its published versions, its aliases, and what is attached to them. Plain data that JSON can say."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ..model.names import LATEST

State = Literal["Pending", "Active", "Failed"]
UpdateStatus = Literal["InProgress", "Successful", "Failed"]


@dataclass(slots=True)
class VersionRecord:
    """Code and configuration of $LATEST or of a published version.

    code_sha256: hex digest of the zip as it was sent; code_size: its bytes. settings: the members of CreateFunction that are kept and shown again, by AWS's
    names, defaults filled in (botocore: FunctionConfiguration). last_modified: as AWS writes it. packages: "kernel" shows the notebook's packages.
    """

    version: str
    code_sha256: str
    code_size: int
    settings: dict[str, Any]
    last_modified: str
    revision_id: str
    state: State = "Pending"
    update_status: UpdateStatus | None = None
    packages: str = "lambda"
    reason: str = ""
    """Why the state, or the last update, is Failed."""
    reason_code: str = ""
    """botocore: StateReasonCode."""

    @property
    def settled(self) -> bool:
        """Whether nothing is under way."""
        return self.state == "Active" and self.update_status != "InProgress"

    def settle(self, reason: str = "", code: str = "") -> None:
        """What was under way has ended: well, or with a ``reason``. A failed change leaves an active version active."""
        if not reason:
            self.state = "Active"
        elif self.state == "Pending":
            self.state = "Failed"
        self.update_status = "Failed" if reason else "Successful"
        self.reason, self.reason_code = reason, code if reason else ""

    revision: int = 1
    """The engine's own count of changes that need new environments."""


@dataclass(slots=True)
class AliasRecord:
    """A name for a version, or for two by weight: ``weights`` has the second one's number and its part of the calls, 0.0-1.0."""

    name: str
    version: str
    description: str
    revision_id: str
    weights: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class FunctionRecord:
    """A function with all that is its own.

    next_version: the number that the next publication gets; numbers are never used again. published: the version that $LATEST has not changed since, empty
    where it has. attached: by noun ("policy", "url", "event_invoke", …), then by qualifier, what other operations keep of it.
    """

    name: str
    latest: VersionRecord
    versions: dict[str, VersionRecord] = field(default_factory=dict)
    aliases: dict[str, AliasRecord] = field(default_factory=dict)
    next_version: int = 1
    published: str = ""
    reserved_concurrency: int | None = None
    tags: dict[str, str] = field(default_factory=dict)
    attached: dict[str, dict[str, Any]] = field(default_factory=dict)

    def version(self, version: str) -> VersionRecord | None:
        """$LATEST or a published version; None where there is none of that number."""
        return self.latest if version == LATEST else self.versions.get(version)

    def called(self, qualifier: str) -> VersionRecord | None:
        """The version that a call by ``qualifier`` means, an alias's first one; empty is $LATEST. None where there is none."""
        alias = self.aliases.get(qualifier)
        return self.version(alias.version if alias is not None else qualifier or LATEST)

    def all_versions(self) -> list[VersionRecord]:
        """$LATEST, then the published ones in the order of their numbers."""
        return [self.latest, *(self.versions[number] for number in sorted(self.versions, key=int))]

    def attachments(self, noun: str) -> dict[str, Any]:
        """What is attached under ``noun``, by qualifier; made where there is none."""
        return self.attached.setdefault(noun, {})

    def to_document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> FunctionRecord:
        rest = {name: value for name, value in document.items() if name not in ("latest", "versions", "aliases")}
        return cls(
            latest=VersionRecord(**document["latest"]),
            versions={number: VersionRecord(**version) for number, version in document["versions"].items()},
            aliases={name: AliasRecord(**alias) for name, alias in document["aliases"].items()},
            **rest,
        )
