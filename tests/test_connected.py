"""A second notebook uses a lab that runs elsewhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from urllib.request import urlopen

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kernel_runtime import AwsError, Lab, LabError, TooManyRequestsException, watch
from kernel_runtime.connected import ConnectedLab
from kernel_runtime.control.facts import MachineMeasured
from kernel_runtime.endpoint import watching
from kernel_runtime.endpoint.credentials import Key
from kernel_runtime.watch import FRESH_S
from tests.sources.asynchronous.recording import until


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def connected(lab: Lab) -> ConnectedLab:
    owner = lab.credentials.owner
    return Lab.connect(lab.endpoint_url, owner.access_key, owner.secret or "")


def test_functions_are_seen_invoked_and_changed(lab: Lab, connected: ConnectedLab) -> None:
    lab.function("hello", source="def handler(event, context):\n    return {'got': event, 'mb': context.memory_limit_in_mb}\n")
    assert list(connected.functions) == ["hello"]
    hello = connected.get("hello")
    first = hello.invoke({"a": 1})
    assert (first.payload, first.start, first.ok) == ({"got": {"a": 1}, "mb": "128"}, "cold", True)
    assert asyncio.run(hello.ainvoke()).start == "warm"
    assert hello.configure(memory_mb=256).invoke().payload["mb"] == "256"
    assert lab.get("hello").configuration.memory_mb == 256


def test_an_event_is_sent(lab: Lab, connected: ConnectedLab) -> None:
    lab.function("later", source="def handler(event, context): ...\n")
    id = connected.get("later").send({"a": 1})
    until(lambda: [record.request_id for record in lab.records("later")] == [id])


def test_failures_and_throttles_are_what_they_are_there(lab: Lab, connected: ConnectedLab) -> None:
    lab.function("fails", source="def handler(event, context):\n    raise ValueError('no')\n")
    error = connected.get("fails").invoke().error
    assert error is not None and str(error) == "ValueError: no"
    connected.get("fails").configure(reserved_concurrency=0)
    with pytest.raises(TooManyRequestsException) as throttle:
        connected.get("fails").invoke()
    assert throttle.value.reason == "ReservedFunctionConcurrentInvocationLimitExceeded"
    with pytest.raises(AwsError, match="Function not found"):
        connected.get("nothing")


def test_logs_and_figures_are_the_labs_own(lab: Lab, connected: ConnectedLab) -> None:
    fn = lab.function("talks", source="def handler(event, context):\n    print('said', event['n'])\n    return event\n", memory_mb=512)
    talks = connected.get("talks")
    for number in range(3):
        talks.invoke({"n": number})
    fn.invoke({"n": 3})
    assert talks.logs() == lab.logs("talks") and talks.logs(1) == lab.logs("talks", 1) and "said 3" in talks.logs(1)
    last = talks.invoke({"n": 4})
    whole = last.whole()
    assert whole.record == list(lab.records("talks"))[-1] and whole.payload == {"n": 4} and whole.log == lab.logs("talks", 1)
    assert last.cost_usd == whole.cost_usd and last.report == str(whole.report) and last.start == whole.start == "warm"
    assert talks.configuration == fn.configuration and connected.view("talks") == lab.view("talks") and connected.account() == lab.account()
    with pytest.raises(AwsError, match="Function not found"):
        connected.get("talks")._lab.logs("nothing")


def test_what_happens_there_is_in_the_journal_here(lab: Lab, connected: ConnectedLab) -> None:
    fn = lab.function("watched", source="def handler(event, context):\n    return event\n")
    since, there = connected.journal.seq, lab.journal.seq
    time.sleep(FRESH_S)
    since = connected.journal.seq
    fn.configure(reserved_concurrency=0)
    with pytest.raises(TooManyRequestsException):
        fn.invoke()
    fn.configure(reserved_concurrency=2).invoke()
    time.sleep(FRESH_S)
    here = [(entry.now, entry.fact, tuple(entry.orders)) for entry in connected.journal.since(since)]
    told = [(entry.now, entry.fact, tuple(entry.orders)) for entry in lab.journal.since(there)]
    assert [each for each in here if not isinstance(each[1], MachineMeasured)] == [each for each in told if not isinstance(each[1], MachineMeasured)]
    assert abs(connected.now() - lab.now()) < 60 and connected.view("watched").limit == 2
    with pytest.raises(AwsError, match="Function not found"):
        connected.view("nothing")


def test_what_calls_functions_there_is_seen_here(lab: Lab, connected: ConnectedLab) -> None:
    fn = lab.function("sent-to", source="def handler(event, context):\n    return event\n")
    fn.send({})
    until(lambda: any(view.calls == 1 for view in connected.sources("sent-to")))
    assert connected.sources("sent-to") == lab.sources("sent-to")
    assert connected.sources("another") == []
    assert connected.network("sent-to") == lab.network("sent-to")


def test_more_than_an_answer_holds(lab: Lab, connected: ConnectedLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "ENTRIES_AT_ONCE", 7)
    fn = lab.function("many", source="def handler(event, context):\n    return event\n")
    for _ in range(20):
        fn.invoke()
    assert len(list(connected.records("many"))) == 20
    monkeypatch.setattr(watch, "BEFORE_MAX", 8)
    late = Lab.connect(connected.endpoint_url, lab.credentials.owner.access_key, lab.credentials.owner.secret or "")
    assert 1 <= len(list(late.records("many"))) <= 8


def test_another_account_and_a_role_do_not_see_it(lab: Lab, connected: ConnectedLab) -> None:
    lab.function("private", source="def handler(event, context):\n    return event\n", variables={"TOKEN": "secret"}).invoke()
    owner = lab.credentials.owner
    elsewhere = Lab.connect(lab.endpoint_url, "111122223333", owner.secret or "")
    assert list(elsewhere.records()) == [] and elsewhere.journal.seq == 0
    key = lab.credentials.of_role(lab.role_arn, "private")
    answer = httpx.get(f"{lab.endpoint_url}/_journal?since=0", headers=signed(lab, key))
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (403, "AccessDeniedException") and b"secret" not in answer.content
    assert httpx.get(f"{lab.endpoint_url}/_journal?since=0").status_code == 403
    for since in ("-1", "x", "", "1" * 30):
        answer = httpx.get(f"{lab.endpoint_url}/_journal?since={since}", headers=signed(lab, owner, since))
        assert answer.status_code == 400 or since == "", answer.text


def signed(lab: Lab, key: Key, since: str = "0") -> dict[str, str]:
    request = AWSRequest("GET", f"{lab.endpoint_url}/_journal?since={since}")
    SigV4Auth(Credentials(key.access_key, key.secret, key.token), "lambda", "us-east-1").add_auth(request)
    return dict(request.headers.items())


def test_wrong_keys_and_nobody_there(lab: Lab) -> None:
    with pytest.raises(AwsError, match="security token"):
        Lab.connect(lab.endpoint_url, "AKIAWRONG", "wrong")
    with pytest.raises(LabError, match="no lab answers"):
        Lab.connect("http://127.0.0.1:9", "AKIAWRONG", "wrong")


def test_a_link_over_http(lab: Lab, connected: ConnectedLab) -> None:
    lab.function("page", source="def handler(event, context):\n    return event['rawPath']\n")
    page = connected.get("page")
    assert urlopen(page.url + "a").read() == b"/a" and page.on_http() == page.url == lab.get("page").url
