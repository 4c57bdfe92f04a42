"""How far a mapping has read each shard: a document an account keeps, written after each batch; a lab with a home goes on from there."""

from __future__ import annotations

from typing import Any

from ...account.account import Account

TABLE = "event_source_checkpoint"


class Checkpoints:
    """Of one mapping. stream: what tells this stream from one of the same name before or after it; what was read of another counts for nothing."""

    def __init__(self, account: Account, uuid: str, stream: str) -> None:
        self._table, self._uuid = account.table(TABLE), uuid
        held = self._table.get(uuid) or {}
        self.first_time = held.get("stream") is None
        self._document: dict[str, Any] = held if held.get("stream") == stream else {"stream": stream, "shards": {}}

    def shard(self, shard_id: str) -> dict[str, Any]:
        """``after``: the last sequence number that is done with; ``finished``: nothing will come any more; ``window``: the one that is open."""
        told: dict[str, Any] = self._document["shards"].get(shard_id, {})
        return told

    def known(self) -> bool:
        """Whether any shard has been begun."""
        return bool(self._document["shards"])

    def note(self, shard_id: str, **changed: Any) -> None:
        self._document["shards"][shard_id] = {**self.shard(shard_id), **changed}
        self._table[self._uuid] = self._document


def forget(account: Account, uuid: str) -> None:
    """The mapping is gone."""
    account.table(TABLE).pop(uuid, None)
