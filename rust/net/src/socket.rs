//! One UDP socket: how it is opened, and the two system calls on it.

use std::{
    cell::Cell,
    io::{self, IoSliceMut},
    net::{IpAddr, SocketAddr, UdpSocket},
    os::fd::{AsFd, BorrowedFd},
};

use quinn_udp::{RecvMeta, UdpSockRef, UdpSocketState};
use serde::Serialize;
use sfu_engine::{SocketId, Tuple};
use socket2::{Domain, Protocol, SockRef, Socket as RawSocket, Type};

/// Holds a key frame to a hundred receivers, and 30 ms of a gigabit on the way in. The kernel gives what its
/// `net.core.rmem_max` and `wmem_max` allow.
const BUFFER_BYTES: usize = 4 << 20;

/// A bound socket of one media thread.
#[derive(Debug)]
pub(crate) struct Socket {
    id: SocketId,
    socket: UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
    offload: Cell<Offload>,
    drops: Drops,
}

/// How runs are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Offload {
    /// In one call, split by the kernel or the device (GSO).
    Segmented,
    /// A datagram a call: the device refused once.
    Refused,
}

/// What was lost here, in datagrams.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Drops {
    /// The send buffer stayed full.
    pub(crate) send_blocked: Cell<u64>,
    /// The kernel refused: no route, a filter, an impossible address.
    pub(crate) send_failed: Cell<u64>,
    /// Receive calls that failed.
    pub(crate) receive_failed: Cell<u64>,
}

/// A socket's state for the worker's dump.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SocketReport<'a> {
    local: SocketAddr,
    offload: Offload,
    receive_buffer: usize,
    send_buffer: usize,
    drops: &'a Drops,
}

impl Socket {
    /// Opens a socket at `address`; an IPv6 one takes IPv6 alone.
    pub(crate) fn bind(id: SocketId, address: SocketAddr) -> io::Result<Self> {
        let socket = RawSocket::new(
            Domain::for_address(address),
            Type::DGRAM,
            Some(Protocol::UDP),
        )?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.set_recv_buffer_size(BUFFER_BYTES)?;
        socket.set_send_buffer_size(BUFFER_BYTES)?;
        socket.bind(&address.into())?;
        let socket = UdpSocket::from(socket);
        Ok(Self {
            id,
            local: socket.local_addr()?,
            state: UdpSocketState::new(UdpSockRef::from(&socket))?,
            socket,
            offload: Cell::new(Offload::Segmented),
            drops: Drops::default(),
        })
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    pub(crate) fn drops(&self) -> &Drops {
        &self.drops
    }

    pub(crate) fn offload(&self) -> Offload {
        self.offload.get()
    }

    pub(crate) fn give_up_offload(&self) {
        tracing::info!(socket = self.id.0, "segmentation offload is refused");
        self.offload.set(Offload::Refused);
    }

    /// Takes what waits, without blocking: one buffer a datagram, or a train of equal ones (GRO).
    pub(crate) fn receive(
        &self,
        buffers: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> io::Result<usize> {
        self.state
            .recv(UdpSockRef::from(&self.socket), buffers, metas)
    }

    /// Sends datagrams of `segment_size` bytes in one call, without blocking.
    pub(crate) fn send(&self, tuple: Tuple, payload: &[u8], segment_size: usize) -> io::Result<()> {
        let transmit = quinn_udp::Transmit {
            destination: tuple.remote,
            ecn: None,
            contents: payload,
            segment_size: Some(segment_size),
            src_ip: tuple.local,
        };
        self.state
            .try_send(UdpSockRef::from(&self.socket), &transmit)
    }

    /// Both ends of what was received.
    pub(crate) fn tuple(&self, meta: &RecvMeta) -> Tuple {
        let is_wildcard = self.local.ip().is_unspecified();
        Tuple {
            socket: self.id,
            local: meta.dst_ip.filter(|&ip| is_wildcard && is_source(ip)),
            remote: meta.addr,
        }
    }

    pub(crate) fn report(&self) -> SocketReport<'_> {
        let socket = SockRef::from(&self.socket);
        SocketReport {
            local: self.local,
            offload: self.offload(),
            receive_buffer: socket.recv_buffer_size().unwrap_or_default(),
            send_buffer: socket.send_buffer_size().unwrap_or_default(),
            drops: &self.drops,
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Counts `count` more.
pub(crate) fn add(counter: &Cell<u64>, count: usize) {
    counter.set(counter.get().saturating_add(count as u64));
}

/// Whether an answer can leave from where the datagram was sent to.
fn is_source(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_multicast() && !ip.is_broadcast(),
        IpAddr::V6(ip) => !ip.is_multicast(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_an_error() {
        let first = Socket::bind(SocketId(0), loopback()).unwrap();
        let second = Socket::bind(SocketId(1), first.local());
        assert_eq!(second.unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn both_families_can_have_the_same_port() {
        let v6 = Socket::bind(SocketId(0), "[::]:0".parse().unwrap()).unwrap();
        let same = SocketAddr::from(([0, 0, 0, 0], v6.local().port()));
        assert_eq!(Socket::bind(SocketId(1), same).unwrap().local(), same);
    }

    #[test]
    fn descriptors_are_not_inherited() {
        let socket = Socket::bind(SocketId(0), loopback()).unwrap();
        let flags = rustix::io::fcntl_getfd(&socket).unwrap();
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
    }

    #[test]
    fn the_local_address_is_told_on_wildcard_sockets_alone() {
        let mut meta = RecvMeta::default();
        meta.dst_ip = Some([127, 0, 0, 1].into());
        let bound = Socket::bind(SocketId(0), loopback()).unwrap();
        assert_eq!(bound.tuple(&meta).local, None);
        let wildcard = Socket::bind(SocketId(0), SocketAddr::from(([0, 0, 0, 0], 0))).unwrap();
        assert_eq!(wildcard.tuple(&meta).local, meta.dst_ip);
        meta.dst_ip = Some([255, 255, 255, 255].into());
        assert_eq!(wildcard.tuple(&meta).local, None);
    }

    fn loopback() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 0))
    }
}
