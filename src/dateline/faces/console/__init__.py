"""The console: the editors' queue."""
