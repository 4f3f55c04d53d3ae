"""Journalists' own page: what they get, a pause, and the stop. One link, no account."""
