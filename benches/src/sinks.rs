//! The receivers' sockets, drained and counted by a thread of their own.

use std::{
    io::{self, IoSliceMut},
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::Result;
use quinn_udp::{RecvMeta, UdpSockRef, UdpSocketState};
use rustix::{
    event::{PollFd, PollFlags, poll},
    time::Timespec,
};
use socket2::{Domain, Socket, Type};

pub(crate) struct Sinks {
    addresses: Vec<SocketAddr>,
    counts: Arc<[AtomicU64]>,
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Some seconds of video.
const BUFFER_BYTES: usize = 4 << 20;
const TRAIN_BYTES: usize = 1 << 16;
/// How often the thread looks whether it is stopped.
const TICK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};
/// Longer than a frame on its way through everything.
const SETTLED_AFTER: Duration = Duration::from_millis(20);

/// A socket on loopback with a large buffer.
pub(crate) fn bind() -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.set_recv_buffer_size(BUFFER_BYTES)?;
    socket.set_send_buffer_size(BUFFER_BYTES)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    Ok(socket.into())
}

impl Sinks {
    /// Drains `sockets` from now on.
    pub(crate) fn start<'a>(sockets: impl Iterator<Item = &'a UdpSocket>) -> Result<Self> {
        let sockets: Vec<_> = sockets.map(Sink::new).collect::<io::Result<_>>()?;
        let addresses = sockets.iter().map(|sink| sink.socket.local_addr());
        let addresses = addresses.collect::<io::Result<_>>()?;
        let counts: Arc<[_]> = sockets.iter().map(|_| AtomicU64::new(0)).collect();
        let is_stopped = Arc::new(AtomicBool::new(false));
        let (ours, stop) = (Arc::clone(&counts), Arc::clone(&is_stopped));
        let thread = thread::spawn(move || drain(&sockets, &ours, &stop));
        Ok(Self {
            addresses,
            counts,
            is_stopped,
            thread: Some(thread),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.addresses.len()
    }

    pub(crate) fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.addresses.iter().copied()
    }

    /// RTP packets that each receiver has got.
    pub(crate) fn counts(&self) -> Vec<u64> {
        let counts = self.counts.iter();
        counts.map(|count| count.load(Ordering::Relaxed)).collect()
    }

    /// RTP packets that all receivers have got together.
    pub(crate) fn received(&self) -> u64 {
        self.counts().iter().sum()
    }

    /// Waits until nothing more comes.
    pub(crate) fn settle(&self) {
        let mut before = self.received();
        loop {
            thread::sleep(SETTLED_AFTER);
            let now = self.received();
            if now == before {
                return;
            }
            before = now;
        }
    }
}

impl Drop for Sinks {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell but its panic, which was printed.
            let _ = thread.join();
        }
    }
}

struct Sink {
    socket: UdpSocket,
    state: UdpSocketState,
}

impl Sink {
    fn new(socket: &UdpSocket) -> io::Result<Self> {
        let socket = socket.try_clone()?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        Ok(Self { socket, state })
    }

    /// Takes one train; answers how many RTP packets it had, and `None` where there was none.
    fn receive(&self, buffer: &mut [u8]) -> Option<u64> {
        let mut meta = [RecvMeta::default()];
        let mut buffers = [IoSliceMut::new(buffer)];
        let socket = UdpSockRef::from(&self.socket);
        self.state.recv(socket, &mut buffers, &mut meta).ok()?;
        let [meta] = meta;
        let train = buffer.get(..meta.len)?;
        let packets = train.chunks(meta.stride.max(1));
        Some(packets.filter(|packet| is_rtp(packet)).count() as u64)
    }
}

fn drain(sinks: &[Sink], counts: &[AtomicU64], is_stopped: &AtomicBool) {
    let mut buffer = vec![0; TRAIN_BYTES];
    let mut fds: Vec<_> = sinks
        .iter()
        .map(|sink| PollFd::new(&sink.socket, PollFlags::IN))
        .collect();
    while !is_stopped.load(Ordering::Relaxed) {
        // An interrupted wait is one without news.
        let _ = poll(&mut fds, Some(&TICK));
        for ((sink, count), fd) in sinks.iter().zip(counts).zip(&fds) {
            if fd.revents().is_empty() {
                continue;
            }
            while let Some(packets) = sink.receive(&mut buffer) {
                count.fetch_add(packets, Ordering::Relaxed);
            }
        }
    }
}

/// Neither RTCP nor anything else of RFC 7983 and RFC 5761 s.4.
fn is_rtp(packet: &[u8]) -> bool {
    matches!(packet, [128..=191, kind, ..] if !(192..=223).contains(kind))
}
