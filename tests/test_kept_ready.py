"""Provisioned concurrency as a notebook waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kernel_runtime import FunctionHandle, Lab
from kernel_runtime.fleet.fake import FakeFleet, always
from kernel_runtime.kept_ready import keep_ready
from kernel_runtime.model.errors import InvalidParameterValueException, ProvisioningFailed, ResourceNotFoundException

ECHO = "def handler(event, context):\n    return event\n"
Published = Callable[[FakeFleet], FunctionHandle]


@pytest.fixture
def published() -> Iterator[Published]:
    """A function with version 1 in a lab over the fleet that is given."""
    labs: list[Lab] = []

    def publish(fleet: FakeFleet) -> FunctionHandle:
        labs.append(Lab(fleet=fleet))
        fn = labs[-1].function("hello", source=ECHO, runtime="python3.13")
        fn.publish()
        return fn

    yield publish
    for lab in labs:
        lab.close()


def test_all_are_there_when_it_returns(published: Published) -> None:
    fn = published(FakeFleet())
    view = fn.provision("1", 3)
    assert (view.status, view.available) == ("READY", 3)
    assert fn.invoke({}, qualifier="1").start == "provisioned"
    assert fn.provision("1", 0).requested == 0
    assert fn.invoke({}, qualifier="1").start == "cold"


def test_one_line_where_it_takes_long(published: Published) -> None:
    fn, said = published(FakeFleet(inits=always(0.2))), list[str]()
    keep_ready(fn._account, fn._record, "1", 2, say=said.append, quiet_s=0.0)
    assert said == ["hello:1: 0 of 2 environments initialised so far…"]


def test_no_line_where_it_does_not(published: Published) -> None:
    fn, said = published(FakeFleet()), list[str]()
    keep_ready(fn._account, fn._record, "1", 2, say=said.append, quiet_s=3_600.0)
    assert said == []


def test_an_init_that_fails_raises(published: Published) -> None:
    fn = published(FakeFleet(inits=always(0.0, "exit")))
    with pytest.raises(ProvisioningFailed, match="hello:1 is not kept initialised: FUNCTION_ERROR_INIT_FAILURE: its init fails"):
        fn.provision("1", 1)


def test_what_lambda_refuses_raises_its_errors(published: Published) -> None:
    fn = published(FakeFleet())
    fn.alias("edge", "$LATEST")
    with pytest.raises(InvalidParameterValueException, match="unpublished function versions"):
        fn.provision("edge", 1)
    with pytest.raises(ResourceNotFoundException, match=r"Cannot find alias arn: .*:hello:live"):
        fn.provision("live", 1)
    with pytest.raises(ResourceNotFoundException, match=r"Function not found: .*:hello:2"):
        fn.provision("2", 1)
