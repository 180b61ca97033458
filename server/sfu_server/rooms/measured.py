"""What is measured of media, as notifications to whose media it is."""

from collections.abc import AsyncIterator

from sfu_server.conference import ConsumerLayers, ConsumerScore, Json, Producer
from sfu_server.rooms import notices
from sfu_server.rooms.notices import Notice


async def of_producer(
    producer: Producer, scores: AsyncIterator[list[Json]]
) -> AsyncIterator[Notice]:
    """Tells the scores of a producer, until it is closed."""
    async for score in scores:
        yield notices.ProducerScore(producer.user, producer.type, producer.id, score)


async def of_consumer(
    id_: str, producer_id: str, reports: AsyncIterator[ConsumerScore | ConsumerLayers]
) -> AsyncIterator[Notice]:
    """Tells the scores and layers of a consumer, until it is closed."""
    async for report in reports:
        if isinstance(report, ConsumerScore):
            yield notices.ConsumerScore(id_, producer_id, report.score, report.producer_score)
        else:
            yield notices.ConsumerLayersChanged(
                id_, producer_id, report.spatial_layer, report.temporal_layer
            )
