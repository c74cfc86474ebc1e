"""TLS in this process: the certificate, how it is renewed, and connections that speak it.

Only sites with ``[server.tls]`` import it. Start with `security`.
"""
