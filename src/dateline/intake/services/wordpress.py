"""The door of WordPress exports: the file sorted into releases, and its posts read as stories."""

from typing import Final

from dateline.core.words import Translation
from dateline.intake.wordpress.archive import (
    POST_TYPES,
    Archive,
    Entry,
    Rejected,
    address_of,
    attachment_addresses,
    normal_path,
    old_addresses,
    plain_id,
    read_archive,
)
from dateline.intake.wordpress.mapping import IssuerMap, read_map
from dateline.intake.wordpress.posts import Attachment, Post
from dateline.intake.wordpress.stories import Reader
from dateline.intake.wordpress.uploads import Uploads

BY_PEOPLE: Final = Translation("human")
"""How translations of an old site are taken to have been made: its marks say nothing of engines."""

__all__ = [
    "BY_PEOPLE", "POST_TYPES", "Archive", "Attachment", "Entry", "IssuerMap", "Post", "Reader", "Rejected",
    "Uploads", "address_of", "attachment_addresses", "normal_path", "old_addresses", "plain_id",
    "read_archive", "read_map",
]  # fmt: skip
