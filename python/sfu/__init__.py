"""A selective forwarding unit for WebRTC, scripted from Python."""
