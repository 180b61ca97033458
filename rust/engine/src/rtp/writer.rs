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
    cursor.put(&[
        VERSION << 6 | extension,
        marker | header.payload_type.0 & !MARKER,
    ])?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::RtpHeader;
    use rtc::shared::marshal::Unmarshal;

    #[test]
    fn a_header_without_extensions_is_twelve_bytes() {
        let written = write(&[]);
        assert_eq!(
            written,
            [
                0x80, 0xE0, 0xF1, 0x7B, 0x80, 0x41, 0xF8, 0xD3, 0x55, 0x01, 0xA0, 0xB2
            ]
        );
    }

    #[test]
    fn small_values_take_the_one_byte_form() {
        let written = write(&[(1, b"a"), (14, &[7; 16])]);
        assert_eq!(written[12..18], [0xBE, 0xDE, 0, 5, 0x10, b'a']);
        assert_eq!(written[18], 0xEF);
        assert_eq!(written.len(), 16 + 20);
        assert_eq!(written[35], 0);
    }

    #[test]
    fn a_high_id_or_a_long_value_takes_the_two_byte_form() {
        let high = write(&[(1, b"a"), (15, b"b")]);
        assert_eq!(high[12..], [0x10, 0, 0, 2, 1, 1, b'a', 15, 1, b'b', 0, 0]);
        let long = write(&[(1, &[7; 17])]);
        assert_eq!(long[12..18], [0x10, 0, 0, 5, 1, 17]);
    }

    #[test]
    fn what_no_form_can_carry_is_left_out() {
        assert_eq!(write(&[(0, b"a"), (1, b""), (2, &[7; 256])]).len(), 12);
    }

    #[test]
    fn a_slot_that_is_too_small_takes_nothing() {
        let extensions: [(u8, &[u8]); 2] = [(1, b"abc"), (2, b"d")];
        let whole = write(&extensions).len();
        for len in 0..whole {
            let written = write_header(&mut vec![0; len], &HEADER, extensions.into_iter());
            assert_eq!(written, None, "{len} of {whole} bytes");
        }
    }

    #[test]
    fn our_own_reader_reads_it() {
        let written = write(&[(1, b"abc")]);
        let header = RtpHeader::parse(&written).unwrap();
        assert_eq!(
            OutgoingHeader {
                marker: header.marker,
                payload_type: header.payload_type,
                sequence: header.sequence,
                timestamp: header.timestamp,
                ssrc: header.ssrc,
            },
            HEADER
        );
        assert_eq!(header.len, written.len());
    }

    #[test]
    fn another_implementation_reads_both_forms() {
        for extensions in [[(1, &b"abc"[..]), (2, b"d")], [(1, b"abc"), (200, b"d")]] {
            let written = write(&extensions);
            let header = rtc::rtp::Header::unmarshal(&mut &written[..]).unwrap();
            assert_eq!(header.sequence_number, HEADER.sequence);
            for (id, value) in extensions {
                assert_eq!(header.get_extension(id).as_deref(), Some(value));
            }
        }
    }

    fn write(extensions: &[(u8, &[u8])]) -> Vec<u8> {
        let mut slot = vec![0xFF; 64];
        let len = write_header(&mut slot, &HEADER, extensions.iter().copied()).unwrap();
        slot.truncate(len);
        slot
    }

    const HEADER: OutgoingHeader = OutgoingHeader {
        marker: true,
        payload_type: PayloadType(96),
        sequence: 0xF17B,
        timestamp: 0x8041_F8D3,
        ssrc: Ssrc(0x5501_A0B2),
    };
}
