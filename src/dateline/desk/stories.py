"""A draft as bytes for the vault and back: see `core.words.story_documents`, which intake uses as well."""

from dateline.core.words.story_documents import pictures_of, story_bytes, story_from

__all__ = ["pictures_of", "story_bytes", "story_from"]
