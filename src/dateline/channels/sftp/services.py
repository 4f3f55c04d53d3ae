"""The door of the sftp channel, for the bench; the house finds it by its entry point."""

from dateline.channels.sftp.channel import SftpChannel

__all__ = ["SftpChannel"]
