"""RabbitMQ behind the interface of `sfu_server.streams.ports`.

    Trio:     bridge.py   deliveries in; publish, settle, hand back out
    thread:   link.py     an asyncio loop with aio-pika: one connection after the other

aio-pika is an asyncio library. A loop in a thread of its own costs about half of what
`trio-asyncio` does for a request and its answer.
"""

from sfu_server.amqp.bridge import Bridge, BrokerHealth

__all__ = ["Bridge", "BrokerHealth"]
