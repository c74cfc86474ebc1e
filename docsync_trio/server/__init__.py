"""Floor 4: a site on the network, over HTTP and websockets.

It knows what visitors ask for (`routes`), who may have it (`access`, `cross_origin`),
and what they get (`pages`, `embed`, `static`, `error_page`); and how bytes come and go
(`serve`, `front_door`, `websocket`). It refuses to know how a session lives or how a
document changes: it asks the sessions' floor for a session, shows its document, and
hands it a websocket. Start with `site`, which opens everything, then `routes`.
"""
