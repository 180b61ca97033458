//! The extension module `sfu._core`.
