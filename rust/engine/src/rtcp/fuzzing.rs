//! Fuzz targets: RTCP.

use super::{CompoundWriter, ReportBlock, RtcpPacket, SenderInfo, parse};
use crate::{fuzzing::Input, ids::Ssrc};

/// `data`: a compound. No more is read of it than it can hold.
pub fn rtcp_compound(data: &[u8]) {
    let mut packets = 0;
    let mut items = 0;
    for packet in parse(data) {
        packets += 1;
        items += packet.map_or(0, |packet| count(&packet));
    }
    assert!(packets <= data.len().div_ceil(4));
    assert!(items <= data.len() * 17 / 4);
}

/// `data`: the length of a slot, then what to write into it. All of it comes back, and gives the same
/// bytes if it is written again.
pub fn rtcp_roundtrip(data: &[u8]) {
    let mut input = Input(data);
    let mut slot = vec![0; usize::from(input.u16() % 2048)];
    let mut writer = CompoundWriter::new(&mut slot);
    let mut packets = 0;
    while !input.is_empty() {
        packets += usize::from(write_any(&mut writer, &mut input));
    }
    let len = writer.len();
    slot.truncate(len);
    let read: Result<Vec<_>, _> = parse(&slot).collect();
    assert_eq!(read.as_ref().map(Vec::len), Ok(packets));
    assert_eq!(
        read.as_deref().map(|read| write_again(read, len)),
        Ok(slot.clone())
    );
}

/// How many things a packet tells of.
fn count(packet: &RtcpPacket<'_>) -> usize {
    match packet {
        RtcpPacket::SenderReport(report) => report.blocks().count(),
        RtcpPacket::ReceiverReport(report) => report.blocks().count(),
        RtcpPacket::Bye(bye) => bye.ssrcs().count(),
        RtcpPacket::Nack(nack) => nack.sequences().count(),
        RtcpPacket::Fir(fir) => fir.entries().count(),
        RtcpPacket::Pli(_) | RtcpPacket::Remb(_) => 1,
        RtcpPacket::Sdes | RtcpPacket::Unknown { .. } => 0,
    }
}

fn write_any(writer: &mut CompoundWriter<'_>, input: &mut Input<'_>) -> bool {
    match input.byte() % 6 {
        0 => {
            let info = sender_info(input);
            writer.sender_report(&info, &blocks(input))
        }
        1 => writer.receiver_report(SENDER, &blocks(input)),
        2 => writer.bye(Ssrc(input.u32())),
        3 => writer.pli(SENDER, Ssrc(input.u32())),
        4 => writer.fir(SENDER, Ssrc(input.u32()), input.byte()),
        _ => {
            let media = Ssrc(input.u32());
            let len = 2 * usize::from(input.byte());
            let (sequences, _) = input.slice(len).as_chunks();
            let sequences = sequences.iter().copied().map(u16::from_be_bytes);
            writer.nack(SENDER, media, sequences)
        }
    }
}

fn write_again(packets: &[RtcpPacket<'_>], len: usize) -> Vec<u8> {
    let mut slot = vec![0; len];
    let mut writer = CompoundWriter::new(&mut slot);
    for packet in packets {
        assert!(match packet {
            RtcpPacket::SenderReport(report) => {
                writer.sender_report(&report.info, &report.blocks().collect::<Vec<_>>())
            }
            RtcpPacket::ReceiverReport(report) => {
                writer.receiver_report(SENDER, &report.blocks().collect::<Vec<_>>())
            }
            RtcpPacket::Bye(bye) => bye.ssrcs().all(|ssrc| writer.bye(ssrc)),
            RtcpPacket::Nack(nack) => writer.nack(SENDER, nack.media_ssrc, nack.sequences()),
            RtcpPacket::Pli(pli) => writer.pli(SENDER, pli.media_ssrc),
            RtcpPacket::Fir(fir) =>
                fir.entries()
                    .all(|entry| writer.fir(SENDER, entry.ssrc, entry.sequence)),
            RtcpPacket::Sdes | RtcpPacket::Remb(_) | RtcpPacket::Unknown { .. } => false,
        });
    }
    slot
}

fn sender_info(input: &mut Input<'_>) -> SenderInfo {
    SenderInfo {
        ssrc: Ssrc(input.u32()),
        ntp_time: u64::from_be_bytes(input.array()),
        rtp_time: input.u32(),
        packets: input.u32(),
        bytes: input.u32(),
    }
}

fn blocks(input: &mut Input<'_>) -> Vec<ReportBlock> {
    let count = input.byte() % 34;
    (0..count)
        .map(|_| ReportBlock {
            ssrc: Ssrc(input.u32()),
            fraction_lost: input.byte(),
            cumulative_lost: i32::from_be_bytes(input.array()),
            highest_sequence: input.u32(),
            jitter: input.u32(),
            last_sr: input.u32(),
            delay_since_last_sr: input.u32(),
        })
        .collect()
}

const SENDER: Ssrc = Ssrc(1);
