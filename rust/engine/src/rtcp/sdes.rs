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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::testing::{read_by_rtc, written};

    #[test]
    fn items_end_with_a_zero_and_fill_a_word() {
        for (cname, items) in [
            ("", &[1, 0, 0, 0][..]),
            ("a", &[1, 1, b'a', 0]),
            ("ab", &[1, 2, b'a', b'b', 0, 0, 0, 0]),
        ] {
            let description = written(|writer| writer.sdes_cname(Ssrc(9), cname));
            assert_eq!(description[8..], *items);
            assert_eq!(usize::from(description[3]), 1 + items.len() / 4);
        }
    }

    #[test]
    fn another_implementation_reads_it() {
        let compound = written(|writer| writer.sdes_cname(Ssrc(9), "cname"));
        let description: rtc::rtcp::source_description::SourceDescription = read_by_rtc(&compound);
        assert_eq!(description.chunks[0].source, 9);
        assert_eq!(description.chunks[0].items[0].text, "cname");
    }

    #[test]
    fn a_cname_longer_than_a_byte_counts_is_refused() {
        let mut slot = [0; 1024];
        let mut writer = CompoundWriter::new(&mut slot);
        assert!(writer.sdes_cname(Ssrc(9), &"a".repeat(255)));
        assert!(!writer.sdes_cname(Ssrc(9), &"a".repeat(256)));
    }
}
