//! RTP: headers, extensions, sequence numbers, and what codecs say in their first bytes.
//!
//! ```text
//! packet -> RtpHeader -> ExtensionValues     (ids of the sender's side)
//!                     -> payload -> rtx, codec
//! write_header <- OutgoingHeader, values     (ids of the receiver's side)
//! ```

mod codec;
mod cursor;
mod extension;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod header;
mod rtx;
mod sequence;
mod writer;

pub use codec::CodecKind;
pub(crate) use cursor::Cursor;
pub use extension::ExtensionKind;
pub(crate) use extension::{ExtensionIds, ExtensionValues};
pub(crate) use header::RtpHeader;
pub(crate) use rtx::original_sequence;
pub(crate) use sequence::SequenceUnwrapper;
pub(crate) use writer::{OutgoingHeader, write_header};
