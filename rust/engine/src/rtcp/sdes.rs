//! Source descriptions (RFC 3550 s.6.5).

use super::{SDES, writer::CompoundWriter};
use crate::ids::Ssrc;

impl CompoundWriter<'_> {
    /// Appends a description of `ssrc` by its CNAME of up to 255 bytes; whether it fitted.
    pub(crate) fn sdes_cname(&mut self, ssrc: Ssrc, cname: &str) -> bool {
        self.part(SDES, 1, |cursor| {
            cursor.put(&ssrc.0.to_be_bytes())?;
            cursor.put(&[CNAME, cname.len().try_into().ok()?])?;
            cursor.put(cname.as_bytes())?;
            cursor.put(&[END])?;
            cursor.pad_to_word()
        })
    }
}

const CNAME: u8 = 1;
const END: u8 = 0;
