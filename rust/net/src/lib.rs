//! Worker threads and UDP sockets around the engine.
