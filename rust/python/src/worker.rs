//! `sfu._core.Worker`.

use std::{
    io,
    net::SocketAddr,
    os::fd::{AsFd, AsRawFd},
};

use pyo3::{
    exceptions::{PyOSError, PyRuntimeError, PyValueError},
    prelude::*,
};
use sfu_net::{SpawnError, SubmitError};

/// A media thread with its sockets.
#[pyclass(module = "sfu._core", frozen)]
pub(crate) struct Worker {
    inner: sfu_net::Worker,
}

#[pymethods]
impl Worker {
    #[new]
    fn new(py: Python<'_>, options: &str) -> PyResult<Self> {
        let options = serde_json::from_str(options)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let inner = py.detach(|| sfu_net::Worker::spawn(&options));
        let inner = inner.map_err(spawn_error)?;
        Ok(Self { inner })
    }

    #[getter]
    fn event_fd(&self) -> i32 {
        self.inner.as_fd().as_raw_fd()
    }

    #[getter]
    fn listen(&self) -> Vec<(String, u16)> {
        let pair = |address: &SocketAddr| (address.ip().to_string(), address.port());
        self.inner.listen().iter().map(pair).collect()
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

    fn cpu_times(&self) -> (f64, f64) {
        let times = self.inner.cpu_times();
        (times.user.as_secs_f64(), times.system.as_secs_f64())
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.inner.close());
    }

    fn panic(&self) {
        self.inner.panic();
    }
}

fn spawn_error(error: SpawnError) -> PyErr {
    let message = error.to_string();
    match error {
        SpawnError::Options(_) | SpawnError::Certificate(_) => PyValueError::new_err(message),
        SpawnError::Listen { source, .. } | SpawnError::Resources(source) => {
            os_error(&source, message)
        }
    }
}

/// With its number, from which Python takes the subclass and programs the cause.
fn os_error(error: &io::Error, message: String) -> PyErr {
    match error.raw_os_error() {
        Some(number) => PyOSError::new_err((number, message)),
        None => PyOSError::new_err(message),
    }
}
