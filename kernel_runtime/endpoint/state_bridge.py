"""In the companion: what a state machine's tasks call is called through the lab's door, and an execution without a name gets one, as on AWS."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any


def join_states(client_of: Callable[[str, str, str], Any]) -> None:
    """``client_of(service, account, region)`` gives a boto3 client of the door. Without the parsers of Amazon States Language there is nothing to join."""
    try:
        import moto.stepfunctions.parser.asl.utils.boto_client as made
    except ImportError:
        return
    kept = lru_cache(maxsize=256)(client_of)

    def boto_client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        """As the account of the state machine's role."""
        return kept(service, state_credentials.role_arn.split(":")[4] if state_credentials else "000000000000", region)

    made.boto_client_for = boto_client_for  # before what follows is imported, which takes it by name
    from moto.stepfunctions.parser.backend.execution import Execution
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend
    from moto.stepfunctions.responses import StepFunctionResponse

    plain_start = StepFunctionsParserBackend.start_execution

    def start_execution(self: Any, state_machine_arn: str, name: str | None = None, *rest: Any, **more: Any) -> Any:
        return plain_start(self, state_machine_arn, name or str(uuid.uuid4()), *rest, **more)

    StepFunctionsParserBackend.start_execution = start_execution
    plain_describe = StepFunctionResponse.describe_execution

    def describe_execution(self: Any) -> Any:
        """The output is JSON whatever it is: moto hands out a text without its quotes, and nothing for null."""
        answer = plain_describe(self)
        execution = self.stepfunction_backend.describe_execution(answer.result["executionArn"])
        if isinstance(execution, Execution) and execution.to_describe_output()["status"] == "SUCCEEDED":
            answer.result["output"] = json.dumps(execution.output, separators=(",", ":"), ensure_ascii=False)
        return answer

    StepFunctionResponse.describe_execution = describe_execution
