"""All operations of botocore's model, over the live door: each is real or refused in words, and no constraint of the model lets anything through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from botocore.config import Config

from kernel_runtime import Lab
from kernel_runtime.endpoint.operations import is_real
from kernel_runtime.endpoint.operations.refused import REFUSED
from kernel_runtime.endpoint.service import lambda_service
from kernel_runtime.endpoint.validate import validator_of

from .minimal import minimal
from .operations.conftest import create
from .places import Place, broken, places
from .state import digest_of, settle
from .unchecked import unchecked
from .wire import Answered, Wire, check_documented

SERVICE = lambda_service()
NAMES = tuple(SERVICE.operation_names)
REAL = tuple(name for name in NAMES if is_real(name))
PER_OPERATION = 25
"""So many broken constraints of an operation are sent, spread over all of them; ``test_constraints`` has every one, without a door."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home: Path = tmp_path_factory.mktemp("home")
    with Lab(home) as lab:
        yield lab


@pytest.fixture(scope="module")
def aws(lab: Lab) -> Any:
    return lab.boto3("lambda", config=Config(parameter_validation=False))


@pytest.fixture(scope="module")
def wire(lab: Lab) -> Iterator[Wire]:
    wire = Wire(lab.endpoint_url, lab.credentials.owner)
    yield wire
    wire.close()


@pytest.fixture(scope="module")
def there(aws: Any) -> str:
    create(aws, "there")
    return "there"


def sent(wire: Wire, name: str, request: dict[str, Any]) -> Answered:
    return wire.send(*unchecked(SERVICE.operation_model(name), request))


def test_none_is_missing() -> None:
    assert len(NAMES) == 91
    assert len(REAL) == 71
    assert set(NAMES) - set(REAL) == set(REFUSED)


@pytest.mark.parametrize("name", NAMES)
def test_the_smallest_request_is_valid(name: str) -> None:
    validator_of(SERVICE.operation_model(name))(minimal(SERVICE.operation_model(name), "there"))


@pytest.mark.parametrize("name", REAL)
def test_the_smallest_request_is_answered_as_documented(wire: Wire, aws: Any, name: str) -> None:
    function = f"for-{name}"
    create(aws, function)
    answer = sent(wire, name, minimal(SERVICE.operation_model(name), function))
    check_documented(SERVICE.operation_model(name), answer)
    assert answer.error != "ValidationException", answer.body


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_refused_says_why(wire: Wire, there: str, name: str) -> None:
    answer = sent(wire, name, minimal(SERVICE.operation_model(name), there))
    assert (answer.status, answer.error) == (501, "NotImplementedException")
    assert answer.message == f"Serverless Lab does not serve {name}: {REFUSED[name]}."


@pytest.mark.parametrize("name", [name for name in NAMES if SERVICE.operation_model(name).input_shape])
def test_a_broken_constraint_is_refused_and_changes_nothing(lab: Lab, aws: Any, wire: Wire, there: str, name: str) -> None:
    operation = SERVICE.operation_model(name)
    base = minimal(operation, there)
    breaches = [(place, value, text) for place in places(operation.input_shape) for value, text in broken(place) if _can_travel(operation, place, value)]
    settle(aws, lab)
    before = digest_of(lab)
    for place, value, text in breaches[:: len(breaches) // PER_OPERATION + 1]:
        answer = sent(wire, name, {**base, **place.request(value)})
        check_documented(operation, answer)
        assert answer.error == "ValidationException", f"{place.path} {value!r:.80}: {answer.body[:300]!r}"
        assert place.said(text) in answer.message and text in answer.message
    assert digest_of(lab) == before


def _can_travel(operation: Any, place: Place, value: Any) -> bool:
    """A part of the path that is empty is another path, a list in the query that is empty is none, a header holds no line's end."""
    member = operation.input_shape.members[_top(operation, place.path)]
    location = member.serialization.get("location")
    if location == "uri":
        return bool(quote(str(value)))
    if location == "header":
        return not isinstance(value, str) or value.isprintable()
    if location == "querystring":
        return value != []
    return True


def _top(operation: Any, path: str) -> str:
    first = path.partition(".")[0]
    return next(name for name in operation.input_shape.members if name[0].lower() + name[1:] == first)
