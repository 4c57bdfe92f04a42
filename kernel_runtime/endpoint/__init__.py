"""Lambda's own door: the AWS REST API over the lab, and the way to every other AWS service."""
