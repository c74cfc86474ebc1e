"""Sessions for programs without Trio: ``with docsync_trio.blocking.pull_session(url) as session``.

A door to `docsync_trio.client.blocking`; docs/python-client.md shows how it is used.
"""

from docsync_trio.client.blocking import Session, pull_session, push_session

__all__ = ["Session", "pull_session", "push_session"]
