"""What Lambda asks of a queue before it maps it (SQS API: GetQueueAttributes)."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


def visibility_s(sqs: Any, arn: str) -> int | None:
    """The visibility timeout of a queue by a boto3 client of ``sqs``; None where there is no such queue, or nobody answers for it."""
    account, name = arn.split(":")[4:6]
    try:
        url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
        return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]["VisibilityTimeout"])
    except (ClientError, BotoCoreError):
        return None
