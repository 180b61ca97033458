//! Sends what the engine has queued: one call a run.

use std::{
    io,
    os::fd::AsFd,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    time::Timespec,
};
use sfu_engine::{Transmit, TransmitQueue};

use crate::socket::{Offload, Socket, add};

/// How long one batch may wait for full send buffers. A key frame to a hundred receivers is larger than Linux's
/// default buffer, and a gigabit link drains it in this time; longer, and what waits to be received is lost instead.
const PATIENCE: Duration = Duration::from_millis(5);

/// Sends everything in `queue` and empties it. What cannot be sent is counted at its socket and dropped: the streams
/// repair themselves (NACK, DTLS retransmission).
pub(crate) fn send_all(sockets: &[Socket], queue: &mut TransmitQueue) {
    let mut batch = SendBatch { patience: PATIENCE };
    for run in queue.runs() {
        if let Some(socket) = sockets.get(usize::from(run.tuple.socket.0)) {
            batch.send_run(socket, &run);
        }
    }
    queue.clear();
}

struct SendBatch {
    patience: Duration,
}

impl SendBatch {
    fn send_run(&mut self, socket: &Socket, run: &Transmit<'_>) {
        if datagrams(run) > 1 && socket.offload() == Offload::Refused {
            self.send_each(socket, run);
            return;
        }
        match self.send(socket, run, run.payload) {
            Err(error) if datagrams(run) > 1 && may_refuse_offload(&error) => {
                // The same errors also mean an impossible address: only what works without is the offload's fault.
                if self.send_each(socket, run) > 0 {
                    socket.give_up_offload();
                }
            }
            Err(error) => count_drop(socket, &error, datagrams(run)),
            Ok(()) => {}
        }
    }

    /// Sends a run a datagram a call; says how many were taken.
    fn send_each(&mut self, socket: &Socket, run: &Transmit<'_>) -> usize {
        let mut sent = 0;
        for datagram in run.payload.chunks(run.segment_size.max(1)) {
            match self.send(socket, run, datagram) {
                Ok(()) => sent += 1,
                Err(error) => count_drop(socket, &error, 1),
            }
        }
        sent
    }

    fn send(&mut self, socket: &Socket, run: &Transmit<'_>, payload: &[u8]) -> io::Result<()> {
        loop {
            match socket.send(run.tuple, payload, run.segment_size) {
                Err(error) if is_full(&error) && self.wait(socket) => {}
                sent => return sent,
            }
        }
    }

    /// Waits for room in the send buffer; says whether to try again.
    fn wait(&mut self, socket: &Socket) -> bool {
        let start = Instant::now();
        let mut fds = [PollFd::from_borrowed_fd(socket.as_fd(), PollFlags::OUT)];
        let timeout = Timespec::try_from(self.patience).unwrap_or_default();
        let is_writable = !self.patience.is_zero() && poll(&mut fds, Some(&timeout)) == Ok(1);
        self.patience = self.patience.saturating_sub(start.elapsed());
        is_writable
    }
}

fn datagrams(run: &Transmit<'_>) -> usize {
    run.payload.len().div_ceil(run.segment_size.max(1))
}

fn is_full(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// What Linux answers where the device has no checksum offload, which segmentation needs (`udp_send_skb`).
fn may_refuse_offload(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::IO | Errno::INVAL))
}

fn count_drop(socket: &Socket, error: &io::Error, count: usize) {
    tracing::trace!(%error, count, "not sent");
    let drops = socket.drops();
    add(
        if is_full(error) {
            &drops.send_blocked
        } else {
            &drops.send_failed
        },
        count,
    );
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, UdpSocket};

    use sfu_engine::{Datagram, SocketId, Tuple};

    use super::*;
    use crate::buffer_pool::BufferPool;

    #[test]
    fn a_run_arrives_as_its_datagrams() {
        for host in ["127.0.0.1", "[::1]"] {
            let (socket, sink) = pair(host);
            send_all(&[socket], &mut queue(&sink, &[300, 300, 100, 50]));
            assert_eq!(received(&sink, 4), [300, 300, 100, 50]);
        }
    }

    #[test]
    fn a_refused_run_arrives_as_its_datagrams() {
        let (socket, sink) = pair("127.0.0.1");
        socket.give_up_offload();
        let sockets = [socket];
        send_all(&sockets, &mut queue(&sink, &[300, 300, 100]));
        assert_eq!(received(&sink, 3), [300, 300, 100]);
    }

    #[test]
    fn offload_that_the_kernel_refuses_is_given_up_and_nothing_is_lost() {
        let (socket, sink) = pair("127.0.0.1");
        let mut batch = SendBatch { patience: PATIENCE };
        batch.send_run(&socket, &more_segments_than_the_kernel_takes(&sink));
        assert_eq!(received(&sink, 200), [1; 200]);
        assert_eq!(socket.offload(), Offload::Refused);
        assert_eq!(socket.drops().send_failed.get(), 0);
    }

    #[test]
    fn an_impossible_address_is_not_the_offloads_fault() {
        let (socket, _) = pair("127.0.0.1");
        let sockets = [socket];
        let mut queue = TransmitQueue::new();
        for _ in 0..2 {
            queue.push(to(SocketAddr::from(([127, 0, 0, 1], 0))), &[0; 10]);
        }
        send_all(&sockets, &mut queue);
        assert_eq!(sockets[0].offload(), Offload::Segmented);
        assert_eq!(sockets[0].drops().send_failed.get(), 2);
        assert!(queue.is_empty());
    }

    #[test]
    fn an_answer_leaves_from_the_address_that_was_asked() {
        let socket = Socket::bind(SocketId(0), "0.0.0.0:0".parse().unwrap()).unwrap();
        let asked = SocketAddr::from(([127, 0, 0, 2], socket.local().port()));
        let peer = sink("127.0.0.1");
        peer.send_to(b"question", asked).unwrap();
        let mut tuple = None;
        let remember = |batch: &mut [Datagram<'_>]| tuple = batch.first().map(|first| first.tuple);
        BufferPool::new()
            .receive(
                |buffers, metas| socket.receive(buffers, metas),
                |meta| socket.tuple(meta),
                remember,
            )
            .unwrap();
        let mut queue = TransmitQueue::new();
        queue.push(tuple.unwrap(), b"answer");
        send_all(&[socket], &mut queue);
        assert_eq!(peer.recv_from(&mut [0; 16]).unwrap(), (6, asked));
    }

    fn pair(host: &str) -> (Socket, UdpSocket) {
        let sink = sink(host);
        let local = format!("{host}:0").parse().unwrap();
        (Socket::bind(SocketId(0), local).unwrap(), sink)
    }

    fn sink(host: &str) -> UdpSocket {
        let sink = UdpSocket::bind(format!("{host}:0")).unwrap();
        sink.set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        sink
    }

    fn queue(sink: &UdpSocket, lengths: &[usize]) -> TransmitQueue {
        let mut queue = TransmitQueue::new();
        for &len in lengths {
            queue.push(to(sink.local_addr().unwrap()), &vec![7; len]);
        }
        queue
    }

    /// `UDP_MAX_SEGMENTS` is 128 at most: EINVAL, as from a device without offload.
    fn more_segments_than_the_kernel_takes(sink: &UdpSocket) -> Transmit<'static> {
        Transmit {
            tuple: to(sink.local_addr().unwrap()),
            segment_size: 1,
            payload: &[7; 200],
        }
    }

    fn to(remote: SocketAddr) -> Tuple {
        Tuple {
            socket: SocketId(0),
            local: None,
            remote,
        }
    }

    fn received(sink: &UdpSocket, count: usize) -> Vec<usize> {
        let mut buffer = [0; 2048];
        (0..count)
            .map(|_| sink.recv(&mut buffer).unwrap())
            .collect()
    }
}
