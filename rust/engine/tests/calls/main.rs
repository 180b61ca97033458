//! Calls on virtual time through a seeded network; the other end is the sans-IO peer connection of
//! `rtc`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that does not get what it needs has failed"
)]

mod address_change;
mod closing;
mod consent;
mod handshake;
mod ice_restart;
mod key_frames;
mod loss;
mod malformed;
mod media;
mod parameters;
mod pausing;
mod reports;
mod scores;
mod simulcast;
mod world;
