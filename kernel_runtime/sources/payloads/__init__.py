"""The events that AWS's services send to functions, and what they make of the answers. Pure: no clock, no socket, no file."""
