//! H.264 (RFC 6184).

/// Whether the packet starts a key frame: with a sequence parameter set, or with the first slice of
/// an IDR picture; alone, in an aggregation (s.5.7.1) or at the start of a fragmentation (s.5.8).
pub(super) fn starts_key_frame(payload: &[u8]) -> bool {
    let Some((header, rest)) = payload.split_first() else {
        return false;
    };
    match header & TYPE {
        STAP_A => aggregates_key_frame(rest),
        STAP_B => rest.get(DON_LEN..).is_some_and(aggregates_key_frame),
        FU_A | FU_B => fragment_starts_key_frame(header & TYPE, rest),
        unit_type => unit_starts_key_frame(unit_type, rest),
    }
}

/// `units`: each with its length, 16 bits, before it.
fn aggregates_key_frame(mut units: &[u8]) -> bool {
    while let Some((len, rest)) = units.split_first_chunk() {
        let Some((unit, rest)) = rest.split_at_checked(u16::from_be_bytes(*len).into()) else {
            return false;
        };
        if let Some((header, body)) = unit.split_first()
            && unit_starts_key_frame(header & TYPE, body)
        {
            return true;
        }
        units = rest;
    }
    false
}

fn fragment_starts_key_frame(packet_type: u8, rest: &[u8]) -> bool {
    let don_len = if packet_type == FU_B { DON_LEN } else { 0 };
    let Some((header, rest)) = rest.split_first() else {
        return false;
    };
    header & FRAGMENT_START != 0
        && rest
            .get(don_len..)
            .is_some_and(|body| unit_starts_key_frame(header & TYPE, body))
}

fn unit_starts_key_frame(unit_type: u8, body: &[u8]) -> bool {
    match unit_type {
        SPS => true,
        // A slice header starts with first_mb_in_slice, of which 0 is coded as a single 1 bit
        // (H.264 s.7.3.3, s.9.1); the other slices of the picture are no place to start.
        IDR => body.first().is_some_and(|bits| bits & 0x80 != 0),
        _ => false,
    }
}

const TYPE: u8 = 0x1F;
const IDR: u8 = 5;
const SPS: u8 = 7;
const STAP_A: u8 = 24;
const STAP_B: u8 = 25;
const FU_A: u8 = 28;
const FU_B: u8 = 29;
/// The decoding order number.
const DON_LEN: usize = 2;
const FRAGMENT_START: u8 = 0x80;
