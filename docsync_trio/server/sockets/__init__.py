"""Sockets, at the level of bytes: those that listen, and what is accepted from them.

Nothing here knows of HTTP. `binds` opens what the site file names, `peer_socket` is a connection.
"""
