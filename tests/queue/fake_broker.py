"""A broker without a network: what was published, and whether it confirms."""

from collections.abc import Sequence

import trio
from sfu_server.streams import Delivery, Publication, PublishError


class FakeBroker:
    """Confirms at once; while `away` it never does, and gives up at once if `impatient`."""

    def __init__(self) -> None:
        self.connection = 1
        self.back = trio.Event()
        self.back.set()
        self.impatient = False
        self.published: list[Publication] = []
        self.acknowledged: list[int] = []
        self.handed_back: list[int] = []

    def is_current(self, delivery: Delivery) -> bool:
        return delivery.connection == self.connection

    async def publish(self, publications: Sequence[Publication]) -> None:
        await trio.lowlevel.checkpoint()
        if self.impatient:
            raise PublishError
        await self.back.wait()
        self.published += publications

    async def settle(self, delivery: Delivery, publications: Sequence[Publication]) -> None:
        await self.publish(publications)
        if self.is_current(delivery):
            self.acknowledged.append(delivery.tag)

    def hand_back(self, delivery: Delivery) -> None:
        self.handed_back.append(delivery.tag)
