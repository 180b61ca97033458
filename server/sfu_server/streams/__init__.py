"""Streams: the second API, whose operations and answers are messages of two queues.

delivery -> messages.py (typed) -> dispatcher.py (order, once only) -> streams.py (carries out)
-> answers -> broker, which confirms -> the delivery is acknowledged

stream.py    the rules of one stream, pure: a change gives the closings it causes
streams.py   all streams, and their operations on media
memory.py    what was answered, for what is delivered again
ports.py     what is asked of the broker (`sfu_server.amqp` does it)
"""

from sfu_server.streams.dispatcher import Dispatcher
from sfu_server.streams.ports import Broker, Delivery, Publication, PublishError
from sfu_server.streams.stream import Limits
from sfu_server.streams.streams import Streams

__all__ = [
    "Broker",
    "Delivery",
    "Dispatcher",
    "Limits",
    "Publication",
    "PublishError",
    "Streams",
]
