"""Stream records that are given up, on their way to the mapping's on-failure destination: a queue, a topic, or a bucket, which alone gets the records too."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ...account.account import Account
from ..payloads import discards
from .calling import payload_of
from .stream_course import StreamRecord
from .threads import in_thread


class Discards:
    """Of one mapping. client: makes a boto3 client for (service, region, account), which speaks to the door; blocks."""

    def __init__(self, account: Account, mapping: dict[str, Any], client: Callable[[str, str, str], Any]) -> None:
        self._account, self._client = account, client
        self._uuid, self._stream_arn, self._function_arn = mapping["UUID"], mapping["EventSourceArn"], mapping["FunctionArn"]
        self._destination = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination") or ""

    async def send(
        self,
        records: Sequence[StreamRecord],
        shard_id: str,
        condition: discards.Condition,
        *,
        at: float,
        request_id: str,
        calls: int,
        version: str | None,
    ) -> None:
        """Raises whatever keeps it from arriving. at: seconds of the epoch, of the lab's clock."""
        if not self._destination:
            return
        told = discards.record(
            at=at, request_id=request_id or self._account.new_id(), function_arn=self._function_arn, condition=condition, calls=calls, version=version,
            stream_arn=self._stream_arn, shard_id=shard_id, first=(records[0].sequence, records[0].arrived), last=(records[-1].sequence, records[-1].arrived),
            count=len(records),
        )  # fmt: skip
        await in_thread(self._deliver, told, payload_of(record.text for record in records), shard_id, at)

    def _deliver(self, told: dict[str, Any], payload: bytes, shard_id: str, at: float) -> None:
        _, _, service, region, account, name = self._destination.split(":", 5)
        client = self._client(service, region or self._account.region, account or self._account.id)
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        if service == "sqs":
            client.send_message(QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=text)
        elif service == "sns":
            client.publish(TopicArn=self._destination, Message=text)
        elif service == "s3":
            whole = json.dumps({**told, "payload": payload.decode("utf-8", "surrogatepass")}, ensure_ascii=False, separators=(",", ":"))
            key = discards.object_key(self._uuid, shard_id, at, self._account.new_id())
            client.put_object(Bucket=name, Key=key, Body=whole.encode("utf-8", "surrogatepass"), ContentType="application/json")
        else:
            raise ValueError(f"a stream's records cannot be sent on to {self._destination}")
