"""Machinery: settings, vault, outbox, blobs, logs, metrics, supervisor. Only `plant.db` knows Django."""
