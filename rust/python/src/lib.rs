//! The extension module `sfu._core`.

mod peer;
mod worker;

use pyo3::prelude::*;

/// One class a worker thread, one a test peer.
#[pymodule]
mod _core {
    #[pymodule_export]
    use crate::peer::Peer;
    #[pymodule_export]
    use crate::worker::Worker;
}
