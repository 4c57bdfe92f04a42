"""What Lambda polls: queues and streams, read for the functions that event source mappings name."""
