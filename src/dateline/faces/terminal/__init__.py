"""The professional desktop: a dense list that the stream fills; without scripts a list of the latest."""
