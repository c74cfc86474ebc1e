"""Floor 3: applications while they are served, with Trio.

It knows lifetimes, order, expiry, callbacks and outboxes: a nursery for each application, in it
one for each session. It refuses to know HTTP, sockets and pages: requests and wires
come from above. Start with `application_context`, then `session`.
"""
