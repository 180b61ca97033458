//! `sfu._core.Peer`.

use pyo3::{
    exceptions::{PyKeyError, PyRuntimeError, PyValueError},
    prelude::*,
};
use sfu_peer::SubmitError;

/// A WebRTC client on a thread of its own.
#[pyclass(module = "sfu._core", frozen)]
pub(crate) struct Peer {
    inner: sfu_peer::Peer,
}

#[pymethods]
impl Peer {
    #[new]
    fn new() -> PyResult<Self> {
        let inner = sfu_peer::Peer::spawn()?;
        Ok(Self { inner })
    }

    #[getter]
    fn event_fd(&self) -> i32 {
        self.inner.event_fd()
    }

    fn submit(&self, request: u64, command: &str) -> PyResult<()> {
        let submitted = self.inner.submit(request, command);
        submitted.map_err(|error| match error {
            SubmitError::Malformed(_) => PyValueError::new_err(error.to_string()),
            SubmitError::Ended => PyRuntimeError::new_err(error.to_string()),
        })
    }

    fn drain(&self) -> Vec<String> {
        self.inner.drain()
    }

    fn stats(&self, track: u64) -> PyResult<String> {
        let stats = self.inner.stats(track);
        stats.map_err(|error| PyKeyError::new_err(error.to_string()))
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.inner.close());
    }
}
