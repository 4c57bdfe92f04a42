"""Calling a rule's or a schedule's target: a function, a queue, a topic, a state machine, a stream, a bus, a log group, or any operation of boto3's.

EventBridge User Guide, "Event bus targets"; EventBridge Scheduler User Guide, "Managing targets": templated and universal ones.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ...account.account import Account
from ...account.identifiers import function_id
from ...account.on_behalf import OnBehalf
from ...account.policies import decided_for_service

_PASSES = {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestTimeout"}
_UNIVERSAL = ":aws-sdk:"


class TargetFailed(Exception):
    """code: as EventBridge tells it a dead-letter queue. passes: whether trying again may help."""

    def __init__(self, code: str, message: str, passes: bool) -> None:
        super().__init__(message)
        self.code, self.passes = code, passes


class Targets:
    """client: a boto3 client for (service, region, account). account_of: an account of the lab for (id, region)."""

    def __init__(self, client: Callable[[str, str, str], Any], account_of: Callable[[str, str], Account]) -> None:
        self._client, self._account_of = client, account_of

    def call(self, target: Mapping[str, Any], text: str, behalf: OnBehalf | None, region: str, account: str) -> None:
        """``text`` to the target. behalf: for which rule; a function's policy is asked then. None: by the schedule's role. Raises TargetFailed."""
        arn = str(target["Arn"])
        try:
            if _UNIVERSAL in arn:
                self._operation(arn, text, region, account)
                return
            send = _SENDS.get(arn.split(":")[2])
            if send is None:
                raise TargetFailed("UNSUPPORTED_TARGET", f"The lab's schedules do not call {arn}.", False)
            if behalf is not None and arn.split(":")[2] == "lambda":
                self._check_permission(arn, behalf)
            send(self._of(arn, region, account), target, text)
        except ClientError as why:
            code, status = why.response["Error"]["Code"], why.response["ResponseMetadata"].get("HTTPStatusCode", 500)
            raise TargetFailed(code, why.response["Error"].get("Message", str(why)), status >= 500 or code in _PASSES) from None
        except BotoCoreError as why:
            raise TargetFailed("SDK_CLIENT_ERROR", str(why), True) from None

    def _check_permission(self, arn: str, behalf: OnBehalf) -> None:
        """Raises TargetFailed where the function is not there or does not let EventBridge call it for that rule."""
        pieces = arn.split(":")
        owner = self._account_of(pieces[4], pieces[3])
        named = function_id(arn, None, owner.id, owner.region)
        if named.name not in owner.functions:
            raise TargetFailed("NO_RESOURCE", f"Function not found: {named.arn}", False)
        if decided_for_service(owner, named, behalf) != "Allow":
            raise TargetFailed("NO_PERMISSIONS", f"{behalf.service} may not invoke {named.arn} for {behalf.source_arn}", False)

    def _of(self, arn: str, region: str, account: str) -> Any:
        """A client of the target's service where the target is."""
        _, _, service, there, owner, *_ = arn.split(":")
        return self._client({"states": "stepfunctions"}.get(service, service), there or region, owner or account)

    def _operation(self, arn: str, text: str, region: str, account: str) -> None:
        """``arn:aws:scheduler:::aws-sdk:SERVICE:operation`` with the request as its input."""
        service, _, name = arn.partition(_UNIVERSAL)[2].partition(":")
        client = self._client({"sfn": "stepfunctions", "cloudwatchlogs": "logs", "eventbridge": "events"}.get(service, service), region, account)
        wanted = name.lower()
        method = next((method for method, api in client.meta.method_to_api_mapping.items() if api.lower() == wanted), None)
        if method is None:
            raise TargetFailed("UNSUPPORTED_TARGET", f"{service} has no operation {name}.", False)
        getattr(client, method)(**json.loads(text or "{}"))


def _to_function(client: Any, target: Mapping[str, Any], text: str) -> None:
    client.invoke(FunctionName=target["Arn"], InvocationType="Event", Payload=text.encode())


def _to_queue(client: Any, target: Mapping[str, Any], text: str) -> None:
    *_, owner, name = target["Arn"].split(":")
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    fifo = {"MessageGroupId": group, "MessageDeduplicationId": str(uuid.uuid4())} if group else {}
    client.send_message(QueueUrl=client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=owner)["QueueUrl"], MessageBody=text, **fifo)


def _to_topic(client: Any, target: Mapping[str, Any], text: str) -> None:
    client.publish(TopicArn=target["Arn"], Message=text)


def _to_state_machine(client: Any, target: Mapping[str, Any], text: str) -> None:
    client.start_execution(stateMachineArn=target["Arn"], input=text)


def _to_stream(client: Any, target: Mapping[str, Any], text: str) -> None:
    key = (target.get("KinesisParameters") or {}).get("PartitionKey") or str(uuid.uuid4())
    client.put_record(StreamName=target["Arn"].rpartition("/")[2], Data=text.encode(), PartitionKey=key)


def _to_bus(client: Any, target: Mapping[str, Any], text: str) -> None:
    told = target.get("EventBridgeParameters") or {"Source": "aws.events", "DetailType": "Scheduled Event"}
    entry = {"EventBusName": target["Arn"].rpartition("/")[2], "Source": told["Source"], "DetailType": told["DetailType"], "Detail": text}
    client.put_events(Entries=[entry])


_SENDS: dict[str, Callable[[Any, Mapping[str, Any], str], None]] = {
    "lambda": _to_function, "sqs": _to_queue, "sns": _to_topic, "states": _to_state_machine, "kinesis": _to_stream, "events": _to_bus,
}  # fmt: skip
