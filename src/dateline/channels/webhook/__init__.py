"""Webhooks: signed HTTP POST to an outlet's own server."""
