"""The events that functions get from what calls them, as AWS writes them: pure, no input or output."""
