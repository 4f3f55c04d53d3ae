"""Errors put into clean editions on purpose, to measure what the gate catches and what it lets through."""
