"""botocore's description of Lambda: 91 operations, their shapes and their errors. Read once; everything beside it is compiled from it."""

from __future__ import annotations

from functools import cache

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape, StructureShape


@cache
def lambda_service() -> ServiceModel:
    """botocore: ``data/lambda/2015-03-31/service-2.json``."""
    return ServiceModel(Loader().load_service_model("lambda", "service-2"), "lambda")


def body_members(shape: StructureShape | None) -> dict[str, Shape]:
    """The members that travel in the JSON body: those without a location of their own."""
    return {name: member for name, member in shape.members.items() if "location" not in member.serialization} if shape else {}


def placed_members(shape: StructureShape | None, location: str) -> dict[str, Shape]:
    """The members whose location is ``uri``, ``querystring``, ``header`` or ``statusCode``."""
    return {name: member for name, member in shape.members.items() if member.serialization.get("location") == location} if shape else {}


def wire_name(name: str, member: Shape) -> str:
    """What a member is called where it travels (botocore: ``locationName``)."""
    return str(member.serialization.get("name", name))
