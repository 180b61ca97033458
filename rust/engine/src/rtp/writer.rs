//! Headers of packets that leave: the fixed header and a new extension block.

use super::{
    cursor::Cursor,
    extension::{ONE_BYTE_PROFILE, TWO_BYTE_PROFILE},
    header::{EXTENSION, MARKER, VERSION},
};
use crate::ids::{PayloadType, Ssrc};

/// The fixed header (RFC 3550 s.5.1) of a packet without padding and CSRCs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutgoingHeader {
    pub(crate) marker: bool,
    pub(crate) payload_type: PayloadType,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: Ssrc,
}

/// Writes `header` and a block of `extensions` (id, value) to the start of `slot`; returns how long
/// they are, `None` if the slot is too small.
///
/// The block has the one-byte form unless an id or a value needs the other (RFC 8285 s.4.1.2). Left
/// out: empty values, which no extension we know has, and what neither form can carry.
pub(crate) fn write_header<'v>(
    slot: &mut [u8],
    header: &OutgoingHeader,
    extensions: impl Iterator<Item = (u8, &'v [u8])> + Clone,
) -> Option<usize> {
    let extensions =
        extensions.filter(|(id, value)| *id != 0 && (1..=MAX_VALUE_LEN).contains(&value.len()));
    let is_extended = extensions.clone().next().is_some();
    let mut cursor = Cursor::new(slot);
    write_fixed_header(&mut cursor, header, is_extended)?;
    if is_extended {
        write_block(&mut cursor, extensions)?;
    }
    Some(cursor.len())
}

fn write_fixed_header(
    cursor: &mut Cursor<'_>,
    header: &OutgoingHeader,
    is_extended: bool,
) -> Option<()> {
    let extension = if is_extended { EXTENSION } else { 0 };
    let marker = if header.marker { MARKER } else { 0 };
    cursor.put(&[VERSION << 6 | extension, marker | header.payload_type.0])?;
    cursor.put(&header.sequence.to_be_bytes())?;
    cursor.put(&header.timestamp.to_be_bytes())?;
    cursor.put(&header.ssrc.0.to_be_bytes())
}

fn write_block<'v>(
    cursor: &mut Cursor<'_>,
    mut extensions: impl Iterator<Item = (u8, &'v [u8])> + Clone,
) -> Option<()> {
    let head = cursor.len();
    cursor.put(&[0; 4])?;
    let start = cursor.len();
    let profile = if extensions
        .clone()
        .all(|(id, value)| fits_one_byte_form(id, value))
    {
        extensions.try_for_each(|(id, value)| write_one_byte(cursor, id, value))?;
        ONE_BYTE_PROFILE
    } else {
        extensions.try_for_each(|(id, value)| write_two_byte(cursor, id, value))?;
        TWO_BYTE_PROFILE
    };
    cursor.pad_to_word()?;
    let words = u16::try_from((cursor.len() - start) / 4).ok()?;
    cursor.put_at(head, &profile.to_be_bytes())?;
    cursor.put_at(head + 2, &words.to_be_bytes())
}

fn fits_one_byte_form(id: u8, value: &[u8]) -> bool {
    id <= 14 && value.len() <= 16
}

fn write_one_byte(cursor: &mut Cursor<'_>, id: u8, value: &[u8]) -> Option<()> {
    let len = u8::try_from(value.len().checked_sub(1)?).ok()?;
    cursor.put(&[id << 4 | len])?;
    cursor.put(value)
}

fn write_two_byte(cursor: &mut Cursor<'_>, id: u8, value: &[u8]) -> Option<()> {
    cursor.put(&[id, value.len().try_into().ok()?])?;
    cursor.put(value)
}

const MAX_VALUE_LEN: usize = 255;
