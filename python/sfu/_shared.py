"""What the transports of one router know of each other."""

from dataclasses import dataclass, field

from sfu._json import JsonObject
from sfu._node import Node
from sfu._producer import Producer
from sfu.errors import NotFoundError


@dataclass(frozen=True, eq=False, slots=True)
class Produced:
    """A producer as those who consume it see it.

    Attributes:
        producer: What the program has.
        number: Its id in the engine.
        node: Its place in the tree; its consumers live in it.
        consumable: Its RTP parameters in the router's payload types and ids.
    """

    producer: Producer
    number: int
    node: Node
    consumable: JsonObject


@dataclass(frozen=True, eq=False, slots=True)
class Shared:
    """One router's part of the negotiation.

    Attributes:
        rtp_capabilities: The router's.
        produced: The open producers by the program's id.
    """

    rtp_capabilities: JsonObject
    produced: dict[str, Produced] = field(default_factory=dict)

    def find(self, producer_id: object) -> Produced:
        """Gives an open producer.

        Raises:
            NotFoundError: There is none of that id.
            TypeError: The id is no string.
        """
        if not isinstance(producer_id, str):
            message = f"a producer id is a string, not {type(producer_id).__name__}"
            raise TypeError(message)
        produced = self.produced.get(producer_id)
        if produced is None:
            message = f"no producer {producer_id}"
            raise NotFoundError(message)
        return produced

    def add(self, producer: Producer, number: int, node: Node, consumable: JsonObject) -> None:
        """Adds a producer for as long as it is open."""
        self.produced[producer.id] = Produced(producer, number, node, consumable)
        node.on_close.append(lambda: self.produced.pop(producer.id))
