"""Dateline: a newswire anyone can host."""

__version__ = "0.1.0"
