"""An independent evaluation of operations in plain Python: what the server must answer, and why."""
