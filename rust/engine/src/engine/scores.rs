//! Scores and layers, told at the end of a report interval if they changed in it.

use super::Engine;
use crate::{
    event::{ConsumerLayers, ConsumerScore, Event, ProducerScore},
    ids::{ConsumerId, ProducerId},
    router::{BEST_SCORE, Consumer, Producer},
};

impl Engine {
    /// Ends an interval of the producers and consumers of one transport.
    pub(super) fn tell_scores(&mut self, producers: &[ProducerId], consumers: &[ConsumerId]) {
        for producer in producers {
            self.tell_producer_score(*producer);
        }
        for consumer in consumers {
            self.tell_consumer_score(*consumer);
        }
    }

    fn tell_producer_score(&mut self, id: ProducerId) {
        let Some(producer) = self.producers.get_mut(&id) else {
            return;
        };
        let awaited = !producer.paused;
        for stream in &mut producer.streams {
            stream.end_interval(awaited);
        }
        let scores = producer_scores(producer);
        if scores != producer.told_scores {
            producer.told_scores.clone_from(&scores);
            let producer = id;
            self.events
                .push_back(Event::ProducerScore { producer, scores });
        }
    }

    fn tell_consumer_score(&mut self, id: ConsumerId) {
        let Some(consumer) = self.consumers.get_mut(&id) else {
            return;
        };
        let Some(producer) = self.producers.get(&consumer.producer) else {
            return;
        };
        consumer.end_interval();
        let score = consumer_score(consumer, producer);
        if consumer.told_score.as_ref() != Some(&score) {
            consumer.told_score = Some(score.clone());
            let consumer = id;
            self.events
                .push_back(Event::ConsumerScore { consumer, score });
        }
        let layers = layers(consumer, producer);
        if consumer.told_layers != layers {
            consumer.told_layers = layers;
            let consumer = id;
            self.events
                .push_back(Event::ConsumerLayersChange { consumer, layers });
        }
    }
}

/// Of the streams that have come.
fn producer_scores(producer: &Producer) -> Vec<ProducerScore> {
    let streams = producer.streams.iter().enumerate();
    let scores = streams.filter_map(|(encoding_idx, stream)| {
        Some(ProducerScore {
            encoding_idx,
            ssrc: stream.ssrc?,
            rid: stream.rid.clone(),
            score: stream.score.value()?,
        })
    });
    scores.collect()
}

fn consumer_score(consumer: &Consumer, producer: &Producer) -> ConsumerScore {
    let streams = producer.streams.iter();
    let producer_scores: Vec<_> = streams
        .map(|stream| stream.score.value().unwrap_or(0))
        .collect();
    let forwarded = match producer_scores[..] {
        [only] => Some(only),
        _ => consumer
            .current()
            .and_then(|current| producer_scores.get(current).copied()),
    };
    ConsumerScore {
        score: consumer.score.value().unwrap_or(BEST_SCORE),
        producer_score: forwarded.unwrap_or(0),
        producer_scores,
    }
}

/// A single encoding is no layer of anything.
fn layers(consumer: &Consumer, producer: &Producer) -> Option<ConsumerLayers> {
    let spatial_layer = consumer.current()?;
    (producer.streams.len() > 1).then_some(ConsumerLayers { spatial_layer })
}
