//! Synthetic media that can be judged at the other end.

mod codec;
mod stamp;

pub(crate) use codec::{Codec, Part, Place};
pub(crate) use stamp::Stamp;
