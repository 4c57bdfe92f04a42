"""What a user ties to a function in the notebook: each makes what the AWS API would, by the AWS API."""
