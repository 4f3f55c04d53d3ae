"""The translation desk: what is wanted in which language, and the editor of its blocks, for the desk, for
issuers, and for a translator with a one-time link.
"""
