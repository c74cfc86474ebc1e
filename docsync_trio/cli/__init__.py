"""Floor 5: what people type and what they read.

It knows commands, exit statuses, the banner and the log's lines. It refuses to
know how anything is served: it loads a site, binds its sockets, opens it and
prints what it hears. Start with `main` (the commands), then `run`; `log` turns
what the server observes into lines.

Nothing here but `click` is imported before a command runs, so that
`docsync --help` answers at once.
"""
