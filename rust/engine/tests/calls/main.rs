//! Calls on virtual time through a seeded network; the other end is the sans-IO peer connection of `rtc`.

mod media;
mod world;
