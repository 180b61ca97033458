//! Writing into a slot of fixed size.

/// Appends to a slot that it cannot overrun.
pub(crate) struct Cursor<'s> {
    slot: &'s mut [u8],
    len: usize,
}

impl<'s> Cursor<'s> {
    pub(crate) fn new(slot: &'s mut [u8]) -> Self {
        Self { slot, len: 0 }
    }

    /// How many bytes are written.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Appends `bytes`, all or nothing.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Option<()> {
        self.put_at(self.len, bytes)?;
        self.len += bytes.len();
        Some(())
    }

    /// Replaces what lies at `position`.
    pub(crate) fn put_at(&mut self, position: usize, bytes: &[u8]) -> Option<()> {
        let end = position.checked_add(bytes.len())?;
        self.slot.get_mut(position..end)?.copy_from_slice(bytes);
        Some(())
    }

    /// Appends zeros until whole 32-bit words are written.
    pub(crate) fn pad_to_word(&mut self) -> Option<()> {
        let missing = self.len.next_multiple_of(4) - self.len;
        self.put([0; 3].get(..missing)?)
    }
}
