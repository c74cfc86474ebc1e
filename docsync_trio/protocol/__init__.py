"""Floor 1: Bokeh's wire protocol and its tokens, without any I/O.

It knows how websocket frames make up a message and the other way round, which side
may say which message when, within what bounds, and how a session id is signed and
carried in a token. It refuses to know sockets, clocks (`now` is an argument), Bokeh's
classes and what a message does to a document: content is JSON here, nothing more.

What a peer sends is never trusted. Whatever arrives, the answer is a value, a
`ProtocolError` that says with which code to close (`close_codes`), or, for tokens, a
`Refusal`; no other exception comes out of this floor.

Start with `message` (what comes in and goes out). In: `frames` assembles, `json_text`
parses, `conversation` judges. Out: `outgoing` makes, `wire` encodes. `token` stands alone.
"""
