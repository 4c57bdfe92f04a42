"""In the companion: streams as a poller must find them.

moto moves what a shard holds to its children when it is split or merged, so that it would be read twice, numbers each shard's records from 1, and never ends a
closed shard. Here records stay where they were written, numbers only grow, as Kinesis's do, and a closed shard ends.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from typing import Any

_SEQUENCE = itertools.count(49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898)


def join_streams() -> None:
    """Changes moto's own data streams, in this process."""
    import moto.kinesis.models as kinesis

    shard_class, stream_class, backend_class = kinesis.Shard, kinesis.Stream, kinesis.KinesisBackend
    plain_split, plain_merge, plain_read = stream_class.split_shard, stream_class.merge_shards, backend_class.get_records

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

    def get_records(self: Any, stream_arn: str | None, shard_iterator: str, limit: int | None) -> tuple[Any, list[Any], int]:
        following, records, behind_ms = plain_read(self, stream_arn, shard_iterator, limit)
        stream_name, shard_id, last = kinesis.decompose_shard_iterator(following)
        shard = self.describe_stream(stream_arn=stream_arn, stream_name=stream_name).get_shard(shard_id)
        at_end = not shard.is_open and int(last) >= shard.get_max_sequence_number()
        return (None if at_end else following), records, behind_ms

    shard_class.put_record = put_record
    stream_class.split_shard, stream_class.merge_shards, backend_class.get_records = split_shard, merge_shards, get_records
