"""For which service a function is called: S3 for a bucket, SNS for a topic, EventBridge for a rule, Logs for a group.

Such a call needs the function's permission, within an account too (Lambda Developer Guide, "Granting Lambda function access to AWS services").
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """service: a principal such as ``s3.amazonaws.com``. source_arn: what in it causes the call. source_account: whose that is."""

    service: str
    source_arn: str
    source_account: str

    def principals(self, region: str) -> tuple[str, str]:
        """The names under which a policy may mean the service: its own, and its own in a region (``logs.us-east-1.amazonaws.com``)."""
        head, _, rest = self.service.partition(".")
        return self.service, f"{head}.{region}.{rest}"

    def circumstances(self) -> dict[str, str]:
        """Condition keys with their values."""
        return {"aws:SourceArn": self.source_arn, "aws:SourceAccount": self.source_account}
