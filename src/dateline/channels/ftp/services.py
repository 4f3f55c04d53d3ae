"""The door of the ftp channel, for the bench; the house finds it by its entry point."""

from dateline.channels.ftp.channel import FtpsChannel

__all__ = ["FtpsChannel"]
