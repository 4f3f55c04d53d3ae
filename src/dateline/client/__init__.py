"""The typed Python client of a wire: its stream and its gapless log."""
