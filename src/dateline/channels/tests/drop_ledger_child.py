"""A dispatch process with the real folder and SFTP channels, for crash tests: `python -m
dateline.channels.tests.drop_ledger_child OUTLETS ROOT SFTP_URL`.
"""

import sys
from pathlib import Path

from dateline.core.channel import Channel
from dateline.dispatch.tests.children import told_to_stop
from dateline.plant.db.setup import setup


def main() -> None:
    stop = told_to_stop()
    setup()
    from dateline.channels.folder.channel import FolderChannel
    from dateline.channels.sftp.channel import SftpChannel
    from dateline.channels.tests.drop_house import drop_house
    from dateline.dispatch.process import run_dispatch
    from dateline.plant.settings import get_settings

    settings = get_settings()
    channels: dict[str, Channel] = {
        "folder": FolderChannel(settings),
        "sftp": SftpChannel(settings, at_once=8),
    }
    run_dispatch(stop, channels, upstream=drop_house(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))


if __name__ == "__main__":
    main()
