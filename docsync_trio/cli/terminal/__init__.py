"""Writing for whoever looks at a terminal, whichever command it is that writes.

The reader may be gone, or be a file; may have colours or not; and wants to see that something
goes on. The log has its own way out: `docsync_trio.cli.log`.
"""
