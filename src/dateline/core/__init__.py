"""The words of the wire, its events, ids and clock: plain Python, no I/O."""
