"""The only part of the plant that knows Django: set-up, connections, outbox and vault tables."""
