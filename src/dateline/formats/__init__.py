"""Codecs as pure functions: an edition becomes bytes, bytes become a story; one file per format."""
