"""SFTP: files put over SSH, host keys pinned, connections kept."""
