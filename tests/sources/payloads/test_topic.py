"""SNS's event beside the one that the Lambda Developer Guide shows."""

from __future__ import annotations

from kernel_runtime.sources.payloads.topic import topic_event

from .shape import shape

PUBLISHED = {
    "Records": [
        {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": "arn:aws:sns:us-east-1:123456789012:sns-lambda:21be56ed-a058-49f5-8c98-aedd2564c486",
            "Sns": {
                "Type": "Notification",
                "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                "TopicArn": "arn:aws:sns:us-east-1:123456789012:sns-lambda",
                "Subject": "TestInvoke",
                "Message": "Hello from SNS!",
                "Timestamp": "2019-01-02T12:45:07.000Z",
                "SignatureVersion": "1",
                "Signature": "tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j...65r==",
                "SigningCertUrl": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-ac565b8b1a6c5d002d285f9598aa1d9b.pem",
                "UnsubscribeUrl": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:123456789012:test-lambda:21be56ed",
                "MessageAttributes": {"Test": {"Type": "String", "Value": "TestString"}, "TestBinary": {"Type": "Binary", "Value": "TestBinary"}},
            },
        }
    ]
}
TOPIC = "arn:aws:sns:us-east-1:123456789012:sns-lambda"


def test_a_message() -> None:
    attributes = {"Test": {"Type": "String", "Value": "TestString"}, "TestBinary": {"Type": "Binary", "Value": b"\0\1"}}
    event = topic_event(f"{TOPIC}:21be56ed", TOPIC, "95df01b4", "Hello from SNS!", "TestInvoke", attributes, "2019-01-02T12:45:07.000Z")
    assert shape(event) == shape(PUBLISHED)
    assert event["Records"][0]["Sns"]["MessageAttributes"]["TestBinary"] == {"Type": "Binary", "Value": "AAE="}


def test_without_a_subject_and_with_a_number() -> None:
    sns = topic_event(f"{TOPIC}:1", TOPIC, "m", "x", None, {"n": {"DataType": "Number", "StringValue": 5}}, "t")["Records"][0]["Sns"]
    assert (sns["Subject"], sns["MessageAttributes"]) == (None, {"n": {"Type": "Number", "Value": "5"}})
