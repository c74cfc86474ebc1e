"""Requests that are no websockets: plain ones answered by ourselves, all others by hypercorn."""
