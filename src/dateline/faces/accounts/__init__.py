"""Signing in and out of the house: one-time links, no passwords."""
