"""What functions serve over HTTP at the lab's door: function URLs, HTTP APIs and REST APIs."""
