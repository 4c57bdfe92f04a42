"""A function as its user holds it: invoke it, change it, delete it. It keeps nothing: the lab does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from .account import aliases, versions
from .account.account import Account
from .account.records import FunctionRecord
from .control.controller import ProvisionedView
from .fleet.base import awaiting, block
from .kept_ready import keep_ready
from .model.event import event_bytes
from .model.function import Function
from .model.short import Interrupted
from .outcome import Outcome

if TYPE_CHECKING:
    from .lab import Lab
    from .triggers.link import Link
    from .triggers.polled import Polled
    from .triggers.pushed import Trigger


class FunctionHandle:
    """One function of a lab. Made by ``Lab.function`` and ``Lab.get``."""

    def __init__(self, lab: Lab, name: str) -> None:
        self._lab = lab
        self.name = name

    @property
    def configuration(self) -> Function:
        """The configuration as it is now. Raises ResourceNotFoundException when the function has been deleted."""
        return self._lab.configuration(self.name)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of how this function runs here: another interpreter than asked for, the kernel's packages shown."""
        return self._lab.notes(self.name)

    def invoke(self, event: Any = None, qualifier: str | None = None) -> Outcome:
        """Run the function with ``event`` (anything that JSON can say; bytes are taken as JSON text; None is ``{}``, as an empty body is) and wait.
        ``qualifier``: a version or an alias; None is the function as it is now.

        A function that fails does not raise: ``Outcome.error`` holds it. Raises TooManyRequestsException (a throttle), InvalidRequestContentException
        (not JSON), RequestTooLargeException (over 6 MB), ResourceNotFoundException (no such version or alias), MachineFull, WorkerHostLost.
        """
        try:
            record, raw = block(self._lab.begin(self.name, event, qualifier))
        except KeyboardInterrupt:
            raise Interrupted(f"{self.name} was broken off: its process is killed, and its environment begins the next invocation anew") from None
        return Outcome(record, raw, self.notes)

    async def ainvoke(self, event: Any = None, qualifier: str | None = None) -> Outcome:
        """``invoke`` from any event loop."""
        record, raw = await awaiting(self._lab.begin(self.name, event, qualifier))
        return Outcome(record, raw, self.notes)

    def send(self, event: Any = None, qualifier: str | None = None) -> str:
        """Invoke asynchronously (AWS: InvocationType Event): put ``event``, at most 1 MB, into the function's queue and do not wait for it to run. Gives the
        request id, the same for every retry. With a home the event is on disk when this returns and runs, if need be, in the next lab.

        Raises InvalidRequestContentException (not JSON), RequestTooLargeException, ResourceNotFoundException (no such version or alias).
        """
        return self._lab.send(self.name, event, qualifier)

    def retry(self, attempts: int | None = None, max_age_s: int | None = None, qualifier: str | None = None) -> FunctionHandle:
        """How often a failed event is run again (0 to 2) and how long it may be in the queue (60 to 21,600 s of the lab's clock); what is not named stays.
        ``qualifier``: the version or alias that is called; None is the function itself. Raises AwsError for what Lambda refuses."""
        from .triggers import retries

        retries.retry(self._lab, self.name, attempts, max_age_s, qualifier)
        return self

    def on_success(self, target: FunctionHandle | str | None, qualifier: str | None = None) -> FunctionHandle:
        """Send a record of each event that ended well to ``target``: another function or its name, or the ARN of a queue, a topic, an event bus; None: no more.
        Raises AwsError for what Lambda refuses."""
        from .triggers import retries

        retries.tell(self._lab, self.name, "OnSuccess", target, qualifier)
        return self

    def on_failure(self, target: FunctionHandle | str | None, qualifier: str | None = None) -> FunctionHandle:
        """The same for each event that was given up; the ARN may be a bucket's too."""
        from .triggers import retries

        retries.tell(self._lab, self.name, "OnFailure", target, qualifier)
        return self

    def configure(self, **changes: Any) -> FunctionHandle:
        """Change the configuration (see ``Lab.function`` for the names); what is not named stays. Invocations in flight end on the old one."""
        self._lab.configure(self.name, **changes)
        return self

    def publish(self, description: str | None = None) -> str:
        """Freeze code and configuration as the next version; gives its number, the newest one's where nothing has changed since. With SnapStart its snapshot
        is there when this returns; raises SnapshotFailed where it cannot be made."""
        version = versions.publish(self._account, self._record, description=description)
        return versions.settled(self._account, self._record, version).version

    def alias(self, name: str, version: str, weights: Mapping[str, float] | None = None) -> str:
        """Let ``name`` mean ``version``, and another by its part of the calls: ``fn.alias("live", "1", {"2": 0.1})``. Makes the alias or moves it; gives
        its name, for ``invoke(event, qualifier=…)``. Raises ResourceNotFoundException (no such version), ValidationException (a name or a weight that
        Lambda's shapes refuse), InvalidParameterValueException."""
        return aliases.point(self._account, self._record, name, version, weights or {}).name

    def provision(self, qualifier: str, count: int) -> ProvisionedView:
        """Keep ``count`` environments of a version or an alias initialised; 0 none any more. Waits until all are there, and says so where that takes long.

        Raises InvalidParameterValueException and ResourceConflictException where Lambda refuses, ProvisioningFailed where they cannot be had.
        """
        return keep_ready(self._account, self._record, qualifier, count)

    @property
    def url(self) -> Link:
        """The address of the function's URL, a str: made, open to anybody, where it has none. See ``on_http``."""
        from .triggers import http

        return http.url(self._lab, self.name)

    def on_http(
        self,
        route: str | None = None,
        *,
        qualifier: str | None = None,
        auth: Literal["NONE", "AWS_IAM"] = "NONE",
        cors: Mapping[str, Any] | None = None,
        stream: bool = False,
    ) -> Link:
        """Let HTTP requests call the function, and give the link.

        Without a route by a URL of its own, as Lambda's console makes it: a function URL, and with auth NONE the permission for anybody. ``route``
        (``"GET /items/{id}"``, ``"ANY /{proxy+}"``, ``"$default"``): by that route of the HTTP API that the lab's functions share, at
        ``link.format(id=7)``. cors: members as AWS has them, such as ``{"AllowOrigins": ["*"]}``. stream: InvokeMode RESPONSE_STREAM.
        Raises AwsError where AWS refuses.
        """
        from .triggers import http

        return http.on_http(self._lab, self.name, route, qualifier=qualifier, auth=auth, cors=cors, stream=stream)

    def on_bucket(
        self, bucket: str, events: Iterable[str] = ("s3:ObjectCreated:*",), *, prefix: str = "", suffix: str = "", qualifier: str | None = None
    ) -> Trigger:
        """Let S3 call it when objects of a bucket change: ``fn.on_bucket("photos", ["s3:ObjectCreated:*"], prefix="in/", suffix=".jpg")``.

        Raises AwsError where S3 refuses, such as another configuration of the bucket that means the same objects.
        """
        from .triggers import pushed

        return pushed.bucket(self._lab, self.name, bucket, events, prefix, suffix, qualifier)

    def on_topic(self, topic: str, filter: Mapping[str, Any] | None = None, *, scope: str = "MessageAttributes", qualifier: str | None = None) -> Trigger:
        """Subscribe it to an SNS topic (a name or an ARN); ``filter`` is a filter policy, of the attributes or (scope ``MessageBody``) of the message."""
        from .triggers import pushed

        return pushed.topic(self._lab, self.name, topic, filter, scope, qualifier)

    def on_rule(self, pattern: Mapping[str, Any], *, bus: str = "default", name: str | None = None, qualifier: str | None = None, **target: Any) -> Trigger:
        """Let an EventBridge rule call it: ``fn.on_rule({"source": ["my.app"]})``. target: ``Input``, ``InputPath``, ``InputTransformer``, as in PutTargets."""
        from .triggers import pushed

        return pushed.rule(self._lab, self.name, pattern, bus, name, target, qualifier)

    def on_queue(
        self,
        queue: str,
        *,
        batch_size: int = 10,
        window_s: int = 0,
        filters: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None = None,
        partial_failures: bool = False,
        max_concurrency: int | None = None,
        qualifier: str | None = None,
    ) -> Polled:
        """Let Lambda poll an SQS queue for it: ``fn.on_queue("orders", filters={"body": {"kind": ["order"]}})``. queue: a name or an ARN; one that is not there
        is made (its visibility timeout six times the function's timeout), a name in ``.fifo`` as a FIFO queue. window_s: 1 to 300 where batch_size is over 10.
        partial_failures: ReportBatchItemFailures. max_concurrency: 2 to 1,000.

        Gives the event source mapping, once it is in force: ``disable``, ``enable``, ``delete``. Raises AwsError where Lambda refuses.
        """
        from .triggers import polled

        return polled.queue(
            self._lab, self.name, queue, filters, qualifier, BatchSize=batch_size, MaximumBatchingWindowInSeconds=window_s or None,
            FunctionResponseTypes=["ReportBatchItemFailures"] if partial_failures else None,
            ScalingConfig={"MaximumConcurrency": max_concurrency} if max_concurrency is not None else None,
        )  # fmt: skip

    def on_stream(
        self,
        stream: str,
        *,
        shards: int = 1,
        start: str | datetime = "TRIM_HORIZON",
        batch_size: int = 100,
        window_s: int = 0,
        filters: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None = None,
        partial_failures: bool = False,
        retries: int | None = None,
        max_age_s: int | None = None,
        bisect: bool = False,
        parallel: int = 1,
        tumbling_s: int = 0,
        on_failure: str | None = None,
        qualifier: str | None = None,
    ) -> Polled:
        """Let Lambda poll a Kinesis data stream for it. stream: a name or an ARN; one that is not there is made, with ``shards``. start: ``TRIM_HORIZON``,
        ``LATEST`` or a moment. retries, max_age_s: None is no limit. bisect: halve a batch that fails. parallel: batches at once from a shard, 1 to 10.
        tumbling_s: windows with a state, up to 900 s. on_failure: the ARN of a queue, a topic or a bucket. The rest as in ``on_queue``."""
        from .triggers import polled

        members = polled.of_streams(batch_size, window_s, partial_failures, retries, max_age_s, bisect, parallel, tumbling_s, on_failure)
        return polled.stream(self._lab, self.name, stream, shards, start, filters, qualifier, **members)

    def on_table(
        self,
        table: str,
        *,
        key: str = "id",
        view: Literal["NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"] = "NEW_AND_OLD_IMAGES",
        start: Literal["TRIM_HORIZON", "LATEST"] = "TRIM_HORIZON",
        batch_size: int = 100,
        window_s: int = 0,
        filters: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None = None,
        partial_failures: bool = False,
        retries: int | None = None,
        max_age_s: int | None = None,
        bisect: bool = False,
        parallel: int = 1,
        tumbling_s: int = 0,
        on_failure: str | None = None,
        qualifier: str | None = None,
    ) -> Polled:
        """Let Lambda poll the stream of a DynamoDB table for it. table: a name, or a stream's ARN; a table that is not there is made, its partition key ``key``
        a text; one without a stream gets one, which shows ``view``. The rest as in ``on_stream``."""
        from .triggers import polled

        members = polled.of_streams(batch_size, window_s, partial_failures, retries, max_age_s, bisect, parallel, tumbling_s, on_failure)
        return polled.table(self._lab, self.name, table, key, view, start, filters, qualifier, **members)

    def on_schedule(
        self, expression: str, input: Any = None, *, timezone: str | None = None, name: str | None = None, qualifier: str | None = None, **more: Any
    ) -> Trigger:
        """Let EventBridge Scheduler call it: ``rate(5 minutes)``, ``cron(0 9 ? * MON-FRI *)``, ``at(2030-01-01T09:00:00)``, in a time zone such as
        ``Europe/Berlin``. input: anything that JSON can say; None is Scheduler's own event. more: ``StartDate``, ``EndDate``, ``ActionAfterCompletion`` …"""
        from .triggers import pushed

        return pushed.schedule(self._lab, self.name, expression, None if input is None else event_bytes(input).decode(), timezone, name, more, qualifier)

    def on_logs(self, group: str, pattern: str = "", *, qualifier: str | None = None) -> Trigger:
        """Let CloudWatch Logs call it with what fits ``pattern`` of what is written to a log group: ``fn.on_logs("/aws/lambda/other", "ERROR")``."""
        from .triggers import pushed

        return pushed.log_group(self._lab, self.name, group, pattern, qualifier)

    def delete(self) -> None:
        """Invocations in flight end; new ones are not found."""
        self._lab.delete(self.name)

    @property
    def _account(self) -> Account:
        return self._lab.account_of_notebook

    @property
    def _record(self) -> FunctionRecord:
        return self._account.record(self.name)

    def __repr__(self) -> str:
        function = self.configuration
        return f"<function {function.name} {function.runtime} {function.memory_mb} MB {function.timeout_s} s>"
