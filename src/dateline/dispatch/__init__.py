"""The ledger that is the queue, and the pump: prepare, claim, pace, retry, break, record."""
