//! What is sent: synthetic frames at a steady pace, and what the other end says of them.

mod source;
mod track;

pub(crate) use source::{Pace, Source};
pub(crate) use track::{SentEncoding, SentTrack};
