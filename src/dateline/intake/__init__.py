"""A file arrives and becomes a checked, sanitised story."""
