//! RTP: headers, extensions, sequence numbers, and what codecs say in their first bytes.

mod codec;
mod extension;

pub use codec::CodecKind;
pub use extension::ExtensionKind;
