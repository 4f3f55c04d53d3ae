"""The words of sectors, as pages import them; see core.sector_words."""

from dateline.core.sector_words import FRONT, SectorLink, sector_link

__all__ = ["FRONT", "SectorLink", "sector_link"]
