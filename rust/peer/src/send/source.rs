//! Frames at a steady pace, in real time.

use std::{
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use tokio::time::MissedTickBehavior;
use webrtc::media_stream::track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP};

use super::Frames;

/// Makes and sends the frames of one track.
pub(crate) struct Source {
    /// What is sent.
    pub(crate) frames: Frames,
    /// Where packets go.
    pub(crate) local: Arc<TrackLocalStaticRTP>,
}

impl Source {
    /// Sends frames until it is dropped.
    pub(crate) async fn run(mut self) {
        let mut ticks = tokio::time::interval(self.frames.pace.period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let unix = SystemTime::now().duration_since(UNIX_EPOCH);
            for packet in self.frames.next(Instant::now(), unix.unwrap_or_default()) {
                // It fails only once the connection is closed, and then this task is about to be.
                let _ = self.local.write_rtp(packet).await;
            }
        }
    }
}
