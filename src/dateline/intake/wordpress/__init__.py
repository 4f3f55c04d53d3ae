"""Reads WordPress exports (WXR): the file in one stream, the posts as stories, languages as they belong
together.
"""
