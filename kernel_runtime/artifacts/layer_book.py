"""Every layer of a lab: all accounts' and regions', so that what one shares another finds. Rules and texts as recorded on AWS."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ..model import limits
from ..model.errors import AccessDeniedException, InvalidParameterValueException, ResourceNotFoundException, ValidationException
from ..model.layer import LayerVersion, check_layer_list, check_layer_name, check_layer_version_arn, check_length, layer_version_arn, parse_layer_arn
from ..model.layer_policy import LayerPolicy, LayerStatement, check_action
from ..runtimes.catalog import ONLY_NAMED_RUNTIMES, OTHER_RUNTIMES, PYTHON_RUNTIMES
from .layer_table import LayerTable
from .sizes import check_storage
from .store import Store

ARCHITECTURES = ("x86_64", "arm64")
_NOT_FOUND = "The resource you requested does not exist."


class LayerBook:
    """The lab's layers over one store. An account is its 12 digits; ``name`` is a layer's plain name (of an ARN, ``parse_layer_arn`` gives the parts).

    path: the SQLite file, None keeps nothing. used_bytes: what else counts against an account's 75 GB in a region: its functions' versions.
    now: seconds since 1970. new_id: revision ids.
    """

    def __init__(
        self,
        store: Store,
        path: Path | None = None,
        *,
        used_bytes: Callable[[str, str], int] = lambda account, region: 0,
        now: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self.store = store
        self._table = LayerTable(path)
        self._used_bytes = used_bytes
        self._now = now
        self._new_id = new_id

    def publish(
        self,
        account: str,
        region: str,
        name: str,
        data: bytes,
        *,
        description: str = "",
        license_info: str | None = None,
        compatible_runtimes: Sequence[str] | None = None,
        compatible_architectures: Sequence[str] | None = None,
    ) -> LayerVersion:
        """Keep a zip as the next version of a layer: always a new one, also for the same bytes.

        Raises ValidationException, InvalidParameterValueException (the zip), CodeStorageExceededException. The 50 MB of a direct upload are for the caller
        to check: what comes from S3 may be larger.
        """
        check_layer_name(name)
        check_length("description", description, limits.DESCRIPTION_MAX)
        check_length("licenseInfo", license_info or "", limits.LICENSE_MAX)
        _check_compatible(compatible_runtimes or (), compatible_architectures or ())
        check_storage(self._used_bytes(account, region) + self.total_bytes(account, region), len(data), limits.CODE_STORAGE_MAX_BYTES)
        digest = self.store.put(data)
        return self._table.add(
            account, region, name,
            lambda number: LayerVersion(
                account, region, name, number, digest, len(data), _date(self._now()), description, license_info,
                None if compatible_runtimes is None else tuple(compatible_runtimes),
                None if compatible_architectures is None else tuple(compatible_architectures),
            ),
        )  # fmt: skip

    def get(self, account: str, region: str, name: str, version: int) -> LayerVersion:
        """A version. Raises InvalidParameterValueException (below 1), ResourceNotFoundException (none, or deleted)."""
        _check_number(version)
        layer = self._table.get(account, region, name, version)
        if layer is None or layer.deleted:
            raise ResourceNotFoundException(_NOT_FOUND)
        return layer

    def get_by_arn(self, arn: str) -> LayerVersion:
        """A version. Raises ValidationException (no layer version's ARN), ResourceNotFoundException."""
        check_layer_version_arn(arn)
        layer = self._find(arn)
        if layer is None or layer.deleted:
            raise ResourceNotFoundException(_NOT_FOUND)
        return layer

    def layers(self, account: str, region: str, runtime: str | None = None, architecture: str | None = None) -> list[LayerVersion]:
        """The newest matching version of each layer that has one, by name."""
        newest: dict[str, LayerVersion] = {}
        for layer in self._table.versions(account, region):
            if not layer.deleted and layer.matches(runtime, architecture):
                newest.setdefault(layer.name, layer)
        return list(newest.values())

    def versions(self, account: str, region: str, name: str, runtime: str | None = None, architecture: str | None = None) -> list[LayerVersion]:
        """A layer's versions, newest first; none where there is no such layer."""
        return [layer for layer in self._table.versions(account, region, name) if not layer.deleted and layer.matches(runtime, architecture)]

    def delete(self, account: str, region: str, name: str, version: int) -> None:
        """Take a version out of sight; one that is not there is no mistake. Functions that have it keep it. Raises InvalidParameterValueException (below 1)."""
        _check_number(version)
        self._table.change(account, region, name, version, lambda layer: replace(layer, deleted=True, policy=LayerPolicy()) if layer else None)

    def add_permission(
        self, account: str, region: str, name: str, version: int, *,
        statement_id: str, action: str, principal: str, organization_id: str | None = None, revision_id: str | None = None,
    ) -> tuple[str, str]:  # fmt: skip
        """Share a version; gives the statement as JSON, and the policy's new revision id.

        Raises ValidationException (the action), ResourceNotFoundException, ResourceConflictException, PreconditionFailedException,
        PolicyLengthExceededException.
        """
        check_action(action)
        statement = LayerStatement(statement_id, principal, organization_id)
        arn = layer_version_arn(name, version, account, region)
        policy = self._change_policy(account, region, name, version, lambda policy: policy.with_statement(statement, arn, revision_id, self._new_id()))
        return _compact(statement.document(arn)), policy.revision_id

    def policy(self, account: str, region: str, name: str, version: int) -> tuple[str, str]:
        """A version's policy as JSON, and its revision id. Raises ResourceNotFoundException (no such version, or no policy)."""
        layer = self._with_policy(self._table.get(account, region, name, version), layer_version_arn(name, version, account, region))
        return _compact(layer.policy.document(layer.arn)), layer.policy.revision_id

    def remove_permission(self, account: str, region: str, name: str, version: int, statement_id: str, revision_id: str | None = None) -> None:
        """Take a permission back. Raises ResourceNotFoundException, PreconditionFailedException."""
        self._change_policy(account, region, name, version, lambda policy: policy.without_statement(statement_id, revision_id, self._new_id()))

    def may_use(self, caller: str, arn: str, organization_id: str | None = None) -> bool:
        """Whether account ``caller``, a member of that organisation, may get the layer version: its own, or one whose policy lets it."""
        name = parse_layer_arn(arn)
        if name is None or name.account == caller:
            return name is not None
        layer = self._find(arn)
        return layer is not None and not layer.deleted and layer.policy.allows(caller, organization_id)

    def check_use(self, caller: str, arn: str, *, caller_arn: str | None = None, organization_id: str | None = None) -> None:
        """AccessDeniedException, as IAM words it, where ``may_use`` says no. caller_arn: who asks; the account's root where it is not known."""
        if not self.may_use(caller, arn, organization_id):
            raise refusal("GetLayerVersion", arn, caller_arn or f"arn:aws:iam::{caller}:root")

    def resolve(
        self, account: str, region: str, arns: Sequence[str], *, caller_arn: str | None = None, organization_id: str | None = None
    ) -> tuple[LayerVersion, ...]:
        """The versions that a function of ``account`` in ``region`` asks for, in its order, each checked as AWS checks it, the first fault told.

        Raises InvalidParameterValueException (over 5; another region; no such version, or deleted; two of one layer), ValidationException (no layer
        version's ARN), AccessDeniedException (another account's that is not shared: also where there is none, or in another region, which is not told apart).
        """
        if len(arns) > limits.LAYERS_MAX:
            raise InvalidParameterValueException(f"Cannot reference more than {limits.LAYERS_MAX} layers.")
        check_layer_list(list(arns))
        found: dict[str, LayerVersion] = {}
        for arn in arns:
            name = parse_layer_arn(arn)
            if name is not None and name.account != account and name.region != region:
                raise refusal("GetLayerVersion", arn, caller_arn or f"arn:aws:iam::{account}:root")
            if name is not None and name.region != region:
                raise InvalidParameterValueException(f"Layers are not in the same region as the function. Layers are expected to be in region {region}.")
            if name is not None:
                self.check_use(account, arn, caller_arn=caller_arn, organization_id=organization_id)
            layer = self._find(arn)
            if layer is None or layer.deleted:
                raise InvalidParameterValueException(f"Layer version {arn} does not exist.")
            if layer.layer_arn in found:
                raise InvalidParameterValueException(
                    "Two different versions of the same layer are not allowed to be referenced in the same function. "
                    f"{found[layer.layer_arn].arn} and {layer.arn} are versions of the same layer."
                )
            found[layer.layer_arn] = layer
        return tuple(found.values())

    def attached(self, arns: Iterable[str]) -> tuple[LayerVersion, ...]:
        """The versions that a function already has, deleted and no longer shared ones too. Raises InvalidParameterValueException (there never was one)."""
        return tuple(self._attached(arn) for arn in arns)

    def total_bytes(self, account: str, region: str) -> int:
        """What an account's layers take of its 75 GB in a region: every version that is not deleted, however often its bytes are published."""
        return sum(layer.code_size for layer in self._table.versions(account, region) if not layer.deleted)

    def digests(self, used: Collection[str] = ()) -> set[str]:
        """The zips that are needed: of every version that can be seen, and of those whose ARN is in ``used`` although they are deleted."""
        return {layer.code_digest for layer in self._table.all() if not layer.deleted or layer.arn in used}

    def close(self) -> None:
        self._table.close()

    def _find(self, arn: str) -> LayerVersion | None:
        name = parse_layer_arn(arn)
        return self._table.get(name.account, name.region, name.name, name.version) if name and name.version else None

    def _attached(self, arn: str) -> LayerVersion:
        layer = self._find(arn)
        if layer is None:
            raise InvalidParameterValueException(f"Layer version {arn} does not exist.")
        return layer

    def _change_policy(self, account: str, region: str, name: str, version: int, change: Callable[[LayerPolicy], LayerPolicy]) -> LayerPolicy:
        arn = layer_version_arn(name, version, account, region)

        def changed(layer: LayerVersion | None) -> LayerVersion:
            known = self._with_policy(layer, arn)
            return replace(known, policy=change(known.policy))

        layer = self._table.change(account, region, name, version, changed)
        assert layer is not None
        return layer.policy

    @staticmethod
    def _with_policy(layer: LayerVersion | None, arn: str) -> LayerVersion:
        if layer is None or layer.deleted:
            raise ResourceNotFoundException(f"Layer version {arn} does not exist.")
        return layer


def refusal(action: str, resource: str, caller_arn: str) -> AccessDeniedException:
    """What IAM answers where a resource's policy does not let another account in (recorded by many users for lambda:GetLayerVersion)."""
    return AccessDeniedException(
        f"User: {caller_arn} is not authorized to perform: lambda:{action} on resource: {resource} "
        f"because no resource-based policy allows the lambda:{action} action"
    )


def _check_number(version: int) -> None:
    if version < 1:
        raise InvalidParameterValueException("Layer Version Cannot be less than 1")


def _check_compatible(runtimes: Sequence[str], architectures: Sequence[str]) -> None:
    known = PYTHON_RUNTIMES + OTHER_RUNTIMES + ONLY_NAMED_RUNTIMES
    faults = []
    if any(runtime not in known for runtime in runtimes):
        faults.append(
            f"Value '[{', '.join(runtimes)}]' at 'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value set: [{', '.join(known)}]"
        )
    if any(architecture not in ARCHITECTURES for architecture in architectures):
        faults.append(
            f"Value '[{', '.join(architectures)}]' at 'compatibleArchitectures' failed to satisfy constraint: "
            f"Member must satisfy constraint: [Member must satisfy enum value set: [{', '.join(ARCHITECTURES)}]]"
        )
    if faults:
        raise ValidationException(f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: {'; '.join(faults)}")


def _compact(document: object) -> str:
    return json.dumps(document, separators=(",", ":"))


def _date(now: float) -> str:
    """``2018-11-27T15:10:45.123+0000``"""
    moment = datetime.fromtimestamp(now, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1_000:03d}+0000"
