"""The delivery reports as pages and downloads."""
