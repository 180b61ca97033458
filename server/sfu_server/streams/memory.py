"""What operations were answered, for those that the broker delivers again.

The broker delivers again only what it had no acknowledgement for, and has at most `prefetch`
messages out without one. Acknowledgements arrive in the order in which they were sent, so after one
that was lost at most `prefetch` more messages can come, and their acknowledgements with those of
what was in progress are fewer than twice that. That many settled answers are enough, whatever
happens to the connection; those that are not settled are as many as there are operations at work.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count

from sfu_server.streams.ports import Delivery, Publication


@dataclass(slots=True)
class Answered:
    """An operation that took effect, and its answers."""

    identity: bytes
    publications: Sequence[Publication]
    connection: int
    """The last one by which it was delivered."""
    settled: bool = field(default=False)
    """Whether it was acknowledged, as far as we know."""


class Memory:
    """The last operations that were carried out."""

    def __init__(self, prefetch: int) -> None:
        """Makes it empty, for so many messages out without acknowledgement."""
        self._capacity = 2 * prefetch
        self._numbers = count()
        self._settled: OrderedDict[int, Answered] = OrderedDict()
        self._open: dict[int, Answered] = {}

    def recall(self, delivery: Delivery) -> Answered | None:
        """Finds what was answered if this is an operation delivered again."""
        identity = identify(delivery)
        for answered in self._open.values():
            if answered.identity == identity and answered.connection < delivery.connection:
                answered.connection = delivery.connection
                return answered
        if not delivery.redelivered:
            return None
        known = [*self._open.values(), *self._settled.values()]
        return next((one for one in known if one.identity == identity), None)

    def remember(self, delivery: Delivery, publications: Sequence[Publication]) -> Answered:
        """Keeps what a delivery is answered."""
        answered = Answered(identify(delivery), publications, delivery.connection)
        self._open[next(self._numbers)] = answered
        # A message that is not persistent goes down with the broker and never comes again.
        if len(self._open) > self._capacity:
            del self._open[next(iter(self._open))]
        return answered

    def settle(self, answered: Answered) -> None:
        """An answer was confirmed and its delivery acknowledged: it need not be kept for long."""
        number = next((key for key, one in self._open.items() if one is answered), None)
        if number is None:
            return
        answered.settled = True
        self._settled[number] = self._open.pop(number)
        if len(self._settled) > self._capacity:
            self._settled.popitem(last=False)


def identify(delivery: Delivery) -> bytes:
    """Tells messages apart: by the name that the publisher gave it, if any, and by the body."""
    name = (delivery.message_id or "").encode()
    return sha256(len(name).to_bytes(4) + name + delivery.body).digest()
