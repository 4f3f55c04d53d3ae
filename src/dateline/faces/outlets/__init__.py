"""Outlets' own pages: where their news goes, their secret, their deliveries, a test. One link, no account."""
