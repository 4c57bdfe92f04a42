"""What Lambda asks of a queue or a stream before it maps it (SQS API: GetQueueAttributes; Kinesis: DescribeStreamSummary; DynamoDB Streams: DescribeStream)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

SERVICES = {"sqs": "sqs", "kinesis": "kinesis", "dynamodb": "dynamodbstreams"}
"""An ARN's service to boto3's name of who is asked."""
_NO_QUEUE = (
    "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist."
)


def visibility_s(sqs: Any, arn: str) -> int | None:
    """The visibility timeout of a queue by a boto3 client of ``sqs``; None where there is no such queue, or nobody answers for it."""
    try:
        asked = sqs.get_queue_attributes(QueueUrl=_url(sqs, arn), AttributeNames=["VisibilityTimeout"])
        return int(asked["Attributes"]["VisibilityTimeout"])
    except (ClientError, BotoCoreError):
        return None


def missing(client: Any, arn: str) -> str:
    """What Lambda says of a source that is not there (recorded), by a client of ``SERVICES``; empty where it is, or nobody can tell."""
    service = arn.split(":")[2]
    asking: dict[str, tuple[Callable[[], Any], str]] = {
        "sqs": (lambda: _url(client, arn), _NO_QUEUE),
        "kinesis": (lambda: client.describe_stream_summary(StreamARN=arn), f"Stream not found: {arn}"),
        "dynamodb": (lambda: client.describe_stream(StreamArn=arn, Limit=1), f"Stream not found: {arn}"),
    }
    ask, said = asking[service]
    try:
        ask()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return said if "NonExistentQueue" in code or "QueueDoesNotExist" in code or code == "ResourceNotFoundException" else ""
    except BotoCoreError:
        pass
    return ""


def _url(sqs: Any, arn: str) -> str:
    account, name = arn.split(":")[4:6]
    return str(sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"])
