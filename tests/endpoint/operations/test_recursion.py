"""Whether a function may call itself over other services."""

from __future__ import annotations

from typing import Any

from .test_functions import refused


def test_terminate_until_told_otherwise(aws: Any, function: str) -> None:
    assert aws.get_function_recursion_config(FunctionName=function)["RecursiveLoop"] == "Terminate"
    assert aws.put_function_recursion_config(FunctionName=function, RecursiveLoop="Allow")["RecursiveLoop"] == "Allow"
    assert aws.get_function_recursion_config(FunctionName=function)["RecursiveLoop"] == "Allow"
    arn = "arn:aws:lambda:us-east-1:000000000000:function:nothing"
    assert refused(aws.get_function_recursion_config, FunctionName="nothing") == ("ResourceNotFoundException", f"Function not found: {arn}", 404)
