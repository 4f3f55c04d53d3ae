"""Webhooks of mail providers about what came back: each proves itself in its own way, all become facts."""
