//! The memory that datagrams are received into, and how trains of them are taken apart.

use std::{array, io, io::IoSliceMut, mem};

use quinn_udp::{BATCH_SIZE, RecvMeta};
use sfu_engine::{Datagram, Tuple};

/// The largest train that GRO makes, and the largest datagram.
const BUFFER_BYTES: usize = 1 << 16;
/// As many datagrams as one run to a receiver can hold (`TransmitQueue`): more at once would not make larger runs,
/// but a queue of this many times the consumers.
const MAX_BATCH: usize = 64;

/// Buffers for one receive call, used again and again.
#[derive(Debug)]
pub(crate) struct BufferPool {
    bytes: Vec<u8>,
    metas: [RecvMeta; BATCH_SIZE],
    spare: Vec<Datagram<'static>>,
}

/// How a receive call left the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    /// It may have more.
    Full,
    /// It had no more.
    All,
}

impl BufferPool {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; BUFFER_BYTES * BATCH_SIZE],
            metas: [RecvMeta::default(); BATCH_SIZE],
            spare: Vec::new(),
        }
    }

    /// Calls `receive` once and hands what came to `handle`, at most [`MAX_BATCH`] datagrams at a time.
    pub(crate) fn receive(
        &mut self,
        receive: impl FnOnce(&mut [IoSliceMut<'_>], &mut [RecvMeta]) -> io::Result<usize>,
        tuple: impl Fn(&RecvMeta) -> Tuple,
        mut handle: impl FnMut(&mut [Datagram<'_>]),
    ) -> io::Result<Received> {
        let filled = self.fill(receive)?;
        let mut batch = recycle(mem::take(&mut self.spare));
        let buffers = self.bytes.chunks_exact_mut(BUFFER_BYTES);
        for (buffer, meta) in buffers.zip(&self.metas).take(filled) {
            split(buffer, meta, tuple(meta), &mut batch);
        }
        for part in batch.chunks_mut(MAX_BATCH) {
            handle(part);
        }
        self.spare = recycle(batch);
        Ok(if filled < BATCH_SIZE {
            Received::All
        } else {
            Received::Full
        })
    }

    fn fill(
        &mut self,
        receive: impl FnOnce(&mut [IoSliceMut<'_>], &mut [RecvMeta]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut buffers = self.bytes.chunks_exact_mut(BUFFER_BYTES);
        let mut slices: [_; BATCH_SIZE] =
            array::from_fn(|_| IoSliceMut::new(buffers.next().unwrap_or_default()));
        receive(&mut slices, &mut self.metas)
    }
}

/// Appends the datagrams of one buffer, in order.
fn split<'a>(buffer: &'a mut [u8], meta: &RecvMeta, tuple: Tuple, batch: &mut Vec<Datagram<'a>>) {
    let train = buffer.get_mut(..meta.len).unwrap_or_default();
    let datagrams = train.chunks_mut(meta.stride.max(1));
    batch.extend(datagrams.map(|payload| Datagram { tuple, payload }));
}

/// An empty vector with the memory of `batch`: collecting in place keeps it, though the lifetime differs.
fn recycle<'to>(mut batch: Vec<Datagram<'_>>) -> Vec<Datagram<'to>> {
    batch.clear();
    batch.into_iter().map_while(|_| None).collect()
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use sfu_engine::SocketId;

    use super::*;
    use crate::socket::Socket;

    #[test]
    fn a_train_is_split_into_its_datagrams() {
        let mut pool = BufferPool::new();
        let batches = received(&mut pool, &[(10, 4), (3, 3)]);
        assert_eq!(batches, [[4, 4, 2, 3]]);
    }

    #[test]
    fn a_train_off_the_wire_comes_in_one_buffer_and_is_split() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let sockets = [0, 1].map(|id| Socket::bind(SocketId(id), address.parse().unwrap()));
            let [sender, receiver] = sockets.map(Result::unwrap);
            let train: Vec<u8> = (0..250).collect();
            let to = Tuple {
                socket: SocketId(0),
                local: None,
                remote: receiver.local(),
            };
            sender.send(to, &train, 100).unwrap();
            let mut batches = Vec::new();
            let mut pool = BufferPool::new();
            let received = pool.receive(
                |buffers, metas| {
                    let filled = receiver.receive(buffers, metas);
                    assert_eq!(filled.as_ref().ok(), Some(&1), "{filled:?}");
                    filled
                },
                |meta| receiver.tuple(meta),
                |batch| batches.push(copied(batch)),
            );
            assert_eq!(received.unwrap(), Received::All);
            let datagrams = train
                .chunks(100)
                .map(|datagram| (sender.local(), datagram.to_vec()));
            assert_eq!(batches, [datagrams.collect::<Vec<_>>()]);
        }
    }

    #[test]
    fn an_empty_datagram_is_none() {
        let mut pool = BufferPool::new();
        assert_eq!(received(&mut pool, &[(0, 0), (5, 5)]), [[5]]);
    }

    #[test]
    fn a_large_batch_is_handed_over_in_parts() {
        let mut pool = BufferPool::new();
        let batches = received(&mut pool, &[(100, 1)]);
        assert_eq!(batches, [vec![1; MAX_BATCH], vec![1; 100 - MAX_BATCH]]);
    }

    #[test]
    fn the_memory_of_a_batch_is_used_again() {
        let mut pool = BufferPool::new();
        received(&mut pool, &[(100, 1)]);
        let before = (pool.spare.as_ptr(), pool.spare.capacity());
        received(&mut pool, &[(100, 1)]);
        assert!(before.1 >= 100);
        assert_eq!((pool.spare.as_ptr(), pool.spare.capacity()), before);
    }

    fn copied(batch: &[Datagram<'_>]) -> Vec<(SocketAddr, Vec<u8>)> {
        let parts = batch.iter();
        parts
            .map(|datagram| (datagram.tuple.remote, datagram.payload.to_vec()))
            .collect()
    }

    /// The lengths of the datagrams of each batch, from buffers of (length, stride).
    fn received(pool: &mut BufferPool, buffers: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let mut batches = Vec::new();
        let receive = |_: &mut [IoSliceMut<'_>], metas: &mut [RecvMeta]| {
            for (meta, &(len, stride)) in metas.iter_mut().zip(buffers) {
                (meta.len, meta.stride) = (len, stride);
            }
            Ok(buffers.len())
        };
        let tuple = |_: &RecvMeta| Tuple {
            socket: SocketId(0),
            local: None,
            remote: SocketAddr::from(([127, 0, 0, 1], 9)),
        };
        pool.receive(receive, tuple, |batch| {
            batches.push(
                batch
                    .iter()
                    .map(|datagram| datagram.payload.len())
                    .collect(),
            );
        })
        .unwrap();
        batches
    }
}
