//! VP8 (RFC 7741).

/// Whether the packet starts the first partition (s.4.2: S = 1, PID = 0) of a frame whose inverse
/// key frame flag P is 0 (s.4.3).
pub(super) fn starts_key_frame(payload: &[u8]) -> bool {
    let starts_frame = payload
        .first()
        .is_some_and(|flags| flags & (START | PARTITION) == START);
    starts_frame
        && frame(payload)
            .and_then(<[u8]>::first)
            .is_some_and(|header| header & INTER_FRAME == 0)
}

/// What follows the payload descriptor.
fn frame(payload: &[u8]) -> Option<&[u8]> {
    let (flags, rest) = payload.split_first()?;
    if flags & EXTENDED == 0 {
        return Some(rest);
    }
    let (extensions, rest) = rest.split_first()?;
    let picture_id = match rest.first() {
        _ if extensions & PICTURE_ID == 0 => 0,
        Some(id) if id & LONG_PICTURE_ID != 0 => 2,
        _ => 1,
    };
    let tl0_pic_idx = usize::from(extensions & TL0_PIC_IDX != 0);
    let tid_or_key_idx = usize::from(extensions & (TID | KEY_IDX) != 0);
    rest.get(picture_id + tl0_pic_idx + tid_or_key_idx..)
}

const EXTENDED: u8 = 0x80;
const START: u8 = 0x10;
const PARTITION: u8 = 0x07;
const PICTURE_ID: u8 = 0x80;
const LONG_PICTURE_ID: u8 = 0x80;
const TL0_PIC_IDX: u8 = 0x40;
const TID: u8 = 0x20;
const KEY_IDX: u8 = 0x10;
const INTER_FRAME: u8 = 0x01;
