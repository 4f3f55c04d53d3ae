"""Folder: files below a folder of this machine (or a mounted share) that the operator opened."""
