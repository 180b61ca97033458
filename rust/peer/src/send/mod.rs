//! What is sent: synthetic frames at a steady pace, and what the other end says of them.

mod frames;
mod source;
mod track;

pub(crate) use frames::{Frames, Pace};
pub(crate) use source::Source;
pub(crate) use track::{SentEncoding, SentTrack};
