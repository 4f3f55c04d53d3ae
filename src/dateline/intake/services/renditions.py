"""The door of renditions: smaller forms of a picture, made in a child process."""

from dateline.intake.renditions import WIDTHS, Rendition, make_renditions, xmp_packet

__all__ = ["WIDTHS", "Rendition", "make_renditions", "xmp_packet"]
