"""Parts that all faces share: base pages, errors, look."""
