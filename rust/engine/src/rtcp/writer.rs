//! Compounds that leave.

use super::part::{COUNT, HEADER_LEN, VERSION};
use crate::rtp::Cursor;

/// Appends RTCP packets to a slot. One that does not fit leaves the compound as it was.
#[derive(Debug)]
pub(crate) struct CompoundWriter<'s> {
    slot: &'s mut [u8],
    len: usize,
}

impl<'s> CompoundWriter<'s> {
    pub(crate) fn new(slot: &'s mut [u8]) -> Self {
        Self { slot, len: 0 }
    }

    /// The compound's length so far, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Appends the packet whose body `write` writes, in whole words; whether it fitted.
    pub(super) fn part(
        &mut self,
        payload_type: u8,
        count: usize,
        write: impl FnOnce(&mut Cursor<'_>) -> Option<()>,
    ) -> bool {
        let len = self
            .slot
            .get_mut(self.len..)
            .and_then(|slot| write_part(slot, payload_type, count, write));
        self.len += len.unwrap_or(0);
        len.is_some()
    }
}

fn write_part(
    slot: &mut [u8],
    payload_type: u8,
    count: usize,
    write: impl FnOnce(&mut Cursor<'_>) -> Option<()>,
) -> Option<usize> {
    let count = u8::try_from(count).ok().filter(|&count| count <= COUNT)?;
    let mut cursor = Cursor::new(slot);
    cursor.put(&[VERSION << 6 | count, payload_type, 0, 0])?;
    write(&mut cursor)?;
    let words = u16::try_from((cursor.len() - HEADER_LEN) / 4).ok()?;
    cursor.put_at(2, &words.to_be_bytes())?;
    Some(cursor.len())
}
