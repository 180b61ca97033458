"""Negotiation, by our own tables and against mediasoup's functions."""
