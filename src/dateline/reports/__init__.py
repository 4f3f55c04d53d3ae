"""What happened to a release: counts, lateness, skew, failures."""
