"""The layers of one account in one region, as a notebook holds them: ``lab.layers``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..model.errors import ResourceNotFoundException
from ..model.layer import LayerVersion
from ..model.names import ACCOUNT, REGION
from .bundles import zip_from_source
from .layer_book import LayerBook
from .opt import OptFolders
from .prune import Prune, plan_prune
from .sizes import check_unzipped
from .zips import Contents


@dataclass(frozen=True, slots=True)
class Package:
    """What a function, or a version of one, is made of. code: its zip's digest. layers: ARNs, in order."""

    code: str
    layers: tuple[str, ...] = ()


InUse = Callable[[], Mapping[str, Package]]
"""What every function of the lab is made of at this moment, by a name to show: ``hello``, ``hello:3``. All versions, all accounts."""


class Layers:
    """Publish, look at, attach and prune layers. A reference is a name (its newest version), ``NAME:VERSION``, or a layer version's ARN."""

    def __init__(self, book: LayerBook, opt: OptFolders, in_use: InUse = lambda: {}, *, account: str = ACCOUNT, region: str = REGION) -> None:
        self.book = book
        self._opt = opt
        self._in_use = in_use
        self._account = account
        self._region = region

    def publish(
        self,
        name: str,
        content: Mapping[str, bytes] | bytes | Path | str,
        *,
        description: str = "",
        license_info: str | None = None,
        compatible_runtimes: Sequence[str] | None = None,
        compatible_architectures: Sequence[str] | None = None,
    ) -> str:
        """A new version of layer ``name``, from a folder, a zip's bytes, or file names with their bytes; gives its ARN. Numbers are never used again.

        Raises ValidationException, InvalidParameterValueException, RequestEntityTooLargeException, CodeStorageExceededException.
        """
        data = zip_from_source(Path(content) if isinstance(content, str) else content)
        return self.book.publish(
            self._account, self._region, name, data, description=description, license_info=license_info,
            compatible_runtimes=compatible_runtimes, compatible_architectures=compatible_architectures,
        ).arn  # fmt: skip

    def get(self, reference: str) -> LayerVersion:
        """The layer version that ``reference`` means now. Raises ResourceNotFoundException, ValidationException (an ARN that is none)."""
        if reference.startswith("arn:"):
            return self.book.get_by_arn(reference)
        name, colon, number = reference.partition(":")
        found = [layer for layer in self.versions(name) if not colon or str(layer.version) == number]
        if found:
            return found[0]
        known = ", ".join(layer.name for layer in self.newest()) or "none yet"
        raise ResourceNotFoundException(f"There is no layer {reference} (layers here: {known}): give a name, NAME:VERSION or an ARN")

    def arn(self, reference: str) -> str:
        """The ARN that ``reference`` means now; an ARN is given back as it is, since what it names may be another account's."""
        return reference if reference.startswith("arn:") else self.get(reference).arn

    def newest(self) -> list[LayerVersion]:
        """The newest version of each layer, by name."""
        return self.book.layers(self._account, self._region)

    def versions(self, name: str) -> list[LayerVersion]:
        """A layer's versions, newest first."""
        return self.book.versions(self._account, self._region, name)

    def delete(self, reference: str) -> None:
        """Take a version out of sight; functions that have it keep it. Raises ResourceNotFoundException."""
        layer = self.get(reference)
        self.book.delete(layer.account, layer.region, layer.name, layer.version)

    def contents(self, reference: str) -> Contents:
        """The files of a version, with their sizes. Raises ResourceNotFoundException."""
        return self.book.store.contents(self.get(reference).code_digest)

    def files(self, reference: str) -> dict[str, bytes]:
        """The files of a version with their bytes. Raises ResourceNotFoundException."""
        folder = self.book.store.unpacked(self.get(reference).code_digest)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    def users(self) -> dict[str, list[str]]:
        """Layer version ARNs to the functions, and versions of functions, that have them."""
        return _users(self._in_use())

    def resolve(self, arns: Sequence[str]) -> tuple[LayerVersion, ...]:
        """The versions that a function asks for, checked as AWS does (see ``LayerBook.resolve``)."""
        return self.book.resolve(self._account, self._region, arns)

    def check_unzipped(self, code: str, arns: Sequence[str]) -> None:
        """InvalidParameterValueException where a function's code (its digest) and its layers unpack to more than 250 MB."""
        check_unzipped(self.book.store, code, [layer.code_digest for layer in self.book.attached(arns)])

    def merged(self, arns: Sequence[str]) -> Path | None:
        """One folder with the layers' files in order, the later over the earlier; None where there are no layers. What a function has it keeps:
        deleted versions count. Raises InvalidParameterValueException (there never was such a version), InvalidZipFileException."""
        return self._opt.merged([layer.code_digest for layer in self.book.attached(arns)])

    def prune(self, keep: int = 1) -> Prune:
        """The plan to remove all but each layer's newest ``keep`` versions and those that a function, any version of it, has. Nothing goes before
        ``.remove()``. Raises ValueError (keep below 0)."""
        return plan_prune(self.newest(), self.versions, keep, self.users(), self._remove)

    def _remove(self, layers: Sequence[LayerVersion], before: float) -> tuple[list[LayerVersion], int]:
        """Remove those that still nobody uses, and the zips that then nothing needs; gives what went, and the zips' bytes."""
        packages = self._in_use()
        used = _users(packages)
        gone = [layer for layer in layers if layer.arn not in used]
        for layer in gone:
            self.book.delete(layer.account, layer.region, layer.name, layer.version)
        needed = self.book.digests(used) | {package.code for package in packages.values()}
        freed = self.book.store.discard({layer.code_digest for layer in gone} - needed, before=before)
        self._opt.sweep([[layer.code_digest for layer in self.book.attached(package.layers)] for package in packages.values()])
        return gone, freed


def _users(packages: Mapping[str, Package]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for name, package in packages.items():
        for arn in package.layers:
            users.setdefault(arn, []).append(name)
    return users
