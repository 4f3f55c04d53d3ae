"""The typed Python client of a wire: its stream and its gapless log.

>>> for message in Stream("https://wire.example", filters={"language": ["en"]}):
...     print(message.event["headline"], message.cursor)
"""

from dateline.client.aio import AsyncStream
from dateline.client.frames import Message
from dateline.client.stream import Stream, follow

__all__ = ["AsyncStream", "Message", "Stream", "follow"]
