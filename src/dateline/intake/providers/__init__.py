"""Content providers: their feeds are polled, what they send becomes items, the desk is told."""
