"""Clients that we did not write, through our server."""
