"""A handler as the documentation of Powertools for AWS Lambda (Python) writes one; it knows nothing of the lab."""

from uuid import uuid4

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()
tracer = Tracer()
persistence = DynamoDBPersistenceLayer(table_name="payments")
config = IdempotencyConfig(event_key_jmespath="order", raise_on_no_idempotency_key=True)


@tracer.capture_method
def charge(order: str, amount: int) -> str:
    tracer.put_annotation("order", order)
    metrics.add_metric(name="Charged", unit=MetricUnit.Count, value=amount)
    return str(uuid4())


@logger.inject_lambda_context(log_event=True)
@metrics.log_metrics(capture_cold_start_metric=True)
@tracer.capture_lambda_handler
@idempotent(persistence_store=persistence, config=config)
def handler(event: dict, context: LambdaContext) -> dict:
    logger.append_keys(order=event["order"])
    payment = charge(event["order"], event["amount"])
    logger.info("charged")
    return {"payment": payment, "amount": event["amount"]}
