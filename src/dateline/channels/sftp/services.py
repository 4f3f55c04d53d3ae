"""The door of the sftp channel, for the bench and for fetching; the house finds it by its entry point."""

from dateline.channels.sftp.channel import SftpChannel
from dateline.channels.sftp.signing_in import sign_in

__all__ = ["SftpChannel", "sign_in"]
