"""Fetches what content providers offer: HTTP(S), SFTP folders, local folders; every address judged."""
