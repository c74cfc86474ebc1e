"""Floor 4: a site on the network, over HTTP and websockets.

At the top stand `site`, which opens everything, and `routes`, the table of its addresses. Below
them are rooms, and imports between rooms point down as those between floors do: how bytes come
and go (`sockets`, `tls`, `http`, `websockets`, `connections`), what visitors ask for and whether
they may have it (`visits`, `entrance`, `sign_in`), what they get (`pages`, `own_pages`, `files`,
`mounted`, `development`), and what is told to those who watch (`monitoring`, `process`).

It refuses to know how a session lives or how a document changes: it asks the sessions' floor for
a session, shows its document, and hands it a websocket.
"""
