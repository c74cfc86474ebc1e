"""Floor 2: one Bokeh document, its changes, and what goes to whom.

It knows Bokeh's `Document` and our messages. It refuses to know about tasks,
networks, clocks and sessions: all of it is plain synchronous code that can be
tested without any of them. Start with `shared_document`.
"""
