"""The life of a release: draft, in review, locked, approved, returned, spiked; then it follows the hold and
the log.
"""
