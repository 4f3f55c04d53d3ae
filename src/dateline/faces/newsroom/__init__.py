"""The public newsroom: pages, feeds, sitemaps, pictures; reads the wire log's public editions and nothing
else.
"""
