"""In the companion: streams as a poller must find them.

moto moves what a shard holds to its children when it is split or merged, so that it would be read twice; it writes to shards that are closed, numbers each
shard's records from 1, and never ends a closed shard. Here records stay where they were written, numbers only grow, as Kinesis's do, and a closed shard gets
nothing more and ends. Each change is told.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

_SEQUENCE = itertools.count(49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898)


def join_streams(changed: Callable[[str], None]) -> None:
    """Changes moto's own streams, in this process. changed: told the ARN of each stream that is written to, resharded or deleted."""
    import moto.kinesis.models as kinesis

    _join_tables(changed)

    shard_class, stream_class, backend_class = kinesis.Shard, kinesis.Stream, kinesis.KinesisBackend
    plain_split, plain_merge, plain_read = stream_class.split_shard, stream_class.merge_shards, backend_class.get_records
    plain_put, plain_delete, plain_choice = stream_class.put_record, backend_class.delete_stream, stream_class.get_shard_for_key

    def get_shard_for_key(self: Any, partition_key: str, explicit_hash_key: str) -> Any:
        plain_choice(self, partition_key, explicit_hash_key)  # for what it refuses: it would choose closed shards too
        key = int(explicit_hash_key or kinesis.md5_hash(partition_key.encode()).hexdigest(), 10 if explicit_hash_key else 16)
        return next(shard for shard in self.shards.values() if shard.is_open and shard.starting_hash <= key <= shard.ending_hash)

    def put_into_stream(self: Any, *given: Any, **more: Any) -> Any:
        placed = plain_put(self, *given, **more)
        changed(self.arn)
        return placed

    def delete_stream(self: Any, stream_arn: str | None, stream_name: str | None) -> Any:
        stream = self.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
        plain_delete(self, stream_arn, stream_name)
        changed(stream.arn)
        return stream

    def put_record(self: Any, partition_key: str, data: str, explicit_hash_key: str) -> str:
        number = next(_SEQUENCE)
        self.records[number] = kinesis.Record(partition_key, data, number, explicit_hash_key)
        return str(number)

    def split_shard(self: Any, shard_to_split: str, new_starting_hash_key: str) -> None:
        with_records_in_place(self, [shard_to_split], lambda: plain_split(self, shard_to_split, new_starting_hash_key))

    def merge_shards(self: Any, shard_to_merge: str, adjacent_shard_to_merge: str) -> None:
        with_records_in_place(self, [shard_to_merge, adjacent_shard_to_merge], lambda: plain_merge(self, shard_to_merge, adjacent_shard_to_merge))

    def with_records_in_place(stream: Any, shard_ids: list[str], change: Any) -> None:
        held = {shard_id: stream.shards[shard_id].records for shard_id in shard_ids}
        for shard_id in shard_ids:
            stream.shards[shard_id].records = OrderedDict()
        try:
            change()
        finally:
            for shard_id, records in held.items():
                stream.shards[shard_id].records = records
            changed(stream.arn)

    def get_records(self: Any, stream_arn: str | None, shard_iterator: str, limit: int | None) -> tuple[Any, list[Any], int]:
        following, records, behind_ms = plain_read(self, stream_arn, shard_iterator, limit)
        stream_name, shard_id, last = kinesis.decompose_shard_iterator(following)
        shard = self.describe_stream(stream_arn=stream_arn, stream_name=stream_name).get_shard(shard_id)
        at_end = not shard.is_open and int(last) >= shard.get_max_sequence_number()
        return (None if at_end else following), records, behind_ms

    stream_class.get_shard_for_key = get_shard_for_key
    shard_class.put_record, stream_class.put_record, backend_class.delete_stream = put_record, put_into_stream, delete_stream
    stream_class.split_shard, stream_class.merge_shards, backend_class.get_records = split_shard, merge_shards, get_records


def _join_tables(changed: Callable[[str], None]) -> None:
    import moto.dynamodb.models.table as tables

    plain_add = tables.StreamShard.add

    def add(self: Any, old: Any, new: Any) -> None:
        plain_add(self, old, new)
        changed(f"{self.table.table_arn}/stream/{self.table.latest_stream_label}")

    tables.StreamShard.add = add
