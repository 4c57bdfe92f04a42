"""Lambda's own door: the AWS REST API over the lab. ``protocol`` speaks it without any I/O, driven by botocore's service model."""
