"""Adapters: one file per engine, strangers to one another; each only asks and reads answers."""
