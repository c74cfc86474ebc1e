"""Websockets: on a socket of our own, for speed and for bounds, and those that come by ASGI."""
