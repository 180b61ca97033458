//! DTLS records (RFC 6347 s.4.1).
//!
//! ```text
//! type (1) | version (2) | epoch (2) | sequence (6) | length (2) | content
//! ```

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentType {
    ChangeCipherSpec,
    Alert,
    Handshake,
    ApplicationData,
}

/// A record of DTLS 1.0 or 1.2 (a first ClientHello may carry either, RFC 6347 s.4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub(super) kind: ContentType,
    /// 0 until the sender's ChangeCipherSpec, 1 after it.
    pub(super) epoch: u16,
    /// Encrypted from epoch 1 on.
    pub(super) content: &'a [u8],
    /// Header and content.
    pub(super) whole: &'a [u8],
}

impl<'a> Record<'a> {
    /// Splits the first record off a datagram. `None`: malformed, as is then all that follows.
    pub(super) fn split_first(datagram: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let &[kind, major, minor, e0, e1, _, _, _, _, _, _, l0, l1] =
            datagram.first_chunk::<RECORD_HEADER_LEN>()?;
        let kind = match kind {
            20 => ContentType::ChangeCipherSpec,
            21 => ContentType::Alert,
            22 => ContentType::Handshake,
            23 => ContentType::ApplicationData,
            _ => return None,
        };
        if !matches!((major, minor), (0xfe, 0xff | 0xfd)) {
            return None;
        }
        let end = RECORD_HEADER_LEN + usize::from(u16::from_be_bytes([l0, l1]));
        let (whole, rest) = datagram.split_at_checked(end)?;
        let record = Self {
            kind,
            epoch: u16::from_be_bytes([e0, e1]),
            content: whole.get(RECORD_HEADER_LEN..)?,
            whole,
        };
        Some((record, rest))
    }
}

/// Writes a record of epoch 0. `None`: `content` is too long for one.
pub(super) fn plain_record(kind: ContentType, sequence: u64, content: &[&[u8]]) -> Option<Vec<u8>> {
    let len: usize = content.iter().map(|part| part.len()).sum();
    let mut record = Vec::with_capacity(RECORD_HEADER_LEN + len);
    record.push(match kind {
        ContentType::ChangeCipherSpec => 20,
        ContentType::Alert => 21,
        ContentType::Handshake => 22,
        ContentType::ApplicationData => 23,
    });
    record.extend_from_slice(&[0xfe, 0xfd]);
    record.extend_from_slice(&sequence.to_be_bytes());
    record.extend_from_slice(&u16::try_from(len).ok()?.to_be_bytes());
    for part in content {
        record.extend_from_slice(part);
    }
    Some(record)
}

const RECORD_HEADER_LEN: usize = 13;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_record_reads_back() {
        let written = plain_record(ContentType::Handshake, 7, &[b"ab", b"c"]).unwrap();
        let (record, rest) = Record::split_first(&written).unwrap();
        assert_eq!(
            (record.kind, record.epoch, record.content),
            (ContentType::Handshake, 0, &b"abc"[..])
        );
        assert!(rest.is_empty());
    }

    #[test]
    fn a_truncated_record_is_malformed() {
        let written = plain_record(ContentType::Alert, 0, &[&[2, 40]]).unwrap();
        for len in 0..written.len() {
            assert_eq!(Record::split_first(&written[..len]), None);
        }
    }

    #[test]
    fn another_type_or_version_is_malformed() {
        let written = plain_record(ContentType::Alert, 0, &[&[2, 40]]).unwrap();
        for (at, byte) in [(0, 24), (0, 0x17 + 2), (1, 3), (2, 0xfc)] {
            let mut changed = written.clone();
            changed[at] = byte;
            assert_eq!(Record::split_first(&changed), None);
        }
    }
}
