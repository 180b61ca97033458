//! Generic negative acknowledgements (RFC 4585 s.6.2.1).

use super::{TRANSPORT_FEEDBACK, writer::CompoundWriter};
use crate::{ids::Ssrc, rtp::Cursor};

/// Asks for packets again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nack<'a> {
    pub(crate) media_ssrc: Ssrc,
    entries: &'a [[u8; 4]],
}

/// A lost packet (PID), and which of the 16 after it are lost, too (BLP).
#[derive(Debug, Clone, Copy)]
struct Entry {
    first: u16,
    following: u16,
}

impl<'a> Nack<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let (_sender, rest) = body.split_first_chunk::<4>()?;
        let (media_ssrc, entries) = rest.split_first_chunk()?;
        let (entries, rest) = entries.as_chunks();
        (rest.is_empty() && !entries.is_empty()).then_some(Self {
            media_ssrc: Ssrc(u32::from_be_bytes(*media_ssrc)),
            entries,
        })
    }

    /// What is asked for, in the order of the entries.
    pub(crate) fn sequences(&self) -> impl Iterator<Item = u16> + 'a {
        self.entries
            .iter()
            .flat_map(|entry| Entry::parse(*entry).sequences())
    }
}

impl Entry {
    fn new(first: u16) -> Self {
        Self {
            first,
            following: 0,
        }
    }

    fn parse([p0, p1, b0, b1]: [u8; 4]) -> Self {
        Self {
            first: u16::from_be_bytes([p0, p1]),
            following: u16::from_be_bytes([b0, b1]),
        }
    }

    fn sequences(self) -> impl Iterator<Item = u16> {
        let following = (0..16)
            .filter(move |bit| self.following >> bit & 1 == 1)
            .map(move |bit| self.first.wrapping_add(bit + 1));
        std::iter::once(self.first).chain(following)
    }

    /// Takes `sequence` in, if it can.
    fn accept(&mut self, sequence: u16) -> bool {
        let distance = sequence.wrapping_sub(self.first);
        if (1..=16).contains(&distance) {
            self.following |= 1 << (distance - 1);
        }
        distance <= 16
    }

    fn write(self, cursor: &mut Cursor<'_>) -> Option<()> {
        cursor.put(&self.first.to_be_bytes())?;
        cursor.put(&self.following.to_be_bytes())
    }
}

impl CompoundWriter<'_> {
    /// Appends a request for `sequences`, oldest first; whether it fitted. Nothing is written if
    /// there are none.
    pub(crate) fn nack(
        &mut self,
        sender: Ssrc,
        media: Ssrc,
        sequences: impl IntoIterator<Item = u16>,
    ) -> bool {
        self.part(TRANSPORT_FEEDBACK, FORMAT.into(), |cursor| {
            cursor.put(&sender.0.to_be_bytes())?;
            cursor.put(&media.0.to_be_bytes())?;
            write_entries(cursor, sequences.into_iter())
        })
    }
}

fn write_entries(cursor: &mut Cursor<'_>, mut sequences: impl Iterator<Item = u16>) -> Option<()> {
    let mut entry = Entry::new(sequences.next()?);
    for sequence in sequences {
        if !entry.accept(sequence) {
            entry.write(cursor)?;
            entry = Entry::new(sequence);
        }
    }
    entry.write(cursor)
}

pub(super) const FORMAT: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::{
        RtcpPacket,
        testing::{assert_no_truncation_is_read, only, read_by_rtc, written},
    };
    use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;

    #[test]
    fn a_request_has_the_layout_of_rfc_4585() {
        assert_eq!(
            write(&[0x1234, 0x1235, 0x1244]),
            [
                0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0x12, 0x34, 0x80, 0x01
            ]
        );
    }

    #[test]
    fn what_is_written_is_read() {
        for sequences in [
            &[5][..],
            &[5, 6, 21, 22, 40],
            &[65_534, 65_535, 0, 15, 16],
            &[0, 100, 200, 300],
        ] {
            assert_eq!(read(&write(sequences)), sequences);
        }
    }

    #[test]
    fn one_entry_takes_seventeen_numbers() {
        let seventeen: Vec<_> = (7..24).collect();
        assert_eq!(write(&seventeen).len(), 16);
        let eighteen: Vec<_> = (7..25).collect();
        assert_eq!(write(&eighteen).len(), 20);
    }

    #[test]
    fn a_number_given_twice_is_asked_for_once() {
        assert_eq!(read(&write(&[5, 5, 6, 6])), [5, 6]);
    }

    #[test]
    fn no_numbers_are_no_packet() {
        let mut slot = [0; 64];
        let mut writer = CompoundWriter::new(&mut slot);
        assert!(!writer.nack(Ssrc(1), Ssrc(2), []));
        assert_eq!(writer.len(), 0);
    }

    #[test]
    fn another_implementation_reads_it() {
        let theirs: TransportLayerNack = read_by_rtc(&write(&[65_534, 65_535, 0, 100]));
        let sequences: Vec<_> = theirs
            .nacks
            .iter()
            .flat_map(|pair| pair.packet_list())
            .collect();
        assert_eq!(sequences, [65_534, 65_535, 0, 100]);
        assert_eq!((theirs.sender_ssrc, theirs.media_ssrc), (1, 2));
    }

    #[test]
    fn a_request_cut_anywhere_is_refused() {
        assert_no_truncation_is_read(&write(&[5]));
    }

    fn write(sequences: &[u16]) -> Vec<u8> {
        written(|writer| writer.nack(Ssrc(1), Ssrc(2), sequences.iter().copied()))
    }

    fn read(compound: &[u8]) -> Vec<u16> {
        let Ok(RtcpPacket::Nack(nack)) = only(compound) else {
            panic!("not a NACK");
        };
        assert_eq!(nack.media_ssrc, Ssrc(2));
        nack.sequences().collect()
    }
}
