"""A channel in a process of its own: beside the ledger's threads, not under their interpreter lock."""
