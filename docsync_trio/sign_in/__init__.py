"""How visitors say who they are: what is decided, without a network and without a clock.

It knows users, the cookie that remembers one, passwords and how often one may be tried, and
what providers of OpenID Connect and OAuth 2 are asked and may answer. It knows neither HTTP
servers nor clients: `docsync_trio.server.sign_in` asks here what to say, and says it. `user` is
where to begin; the other modules are imported only for a site that has `[sign_in]`.
"""
