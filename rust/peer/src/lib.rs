//! A WebRTC client for tests, on the `webrtc` crate: the other end is not our own engine.
