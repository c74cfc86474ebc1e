"""Floor 5: what people type and what they read.

It knows commands, exit statuses, the banner and the log's lines. It refuses to
know how anything is served: it loads a site, binds its sockets, opens it and
prints what it hears. Start with `main`, which has the commands; each is a module
beside it. What only some of them need stands in rooms: `running` is what `run` does,
`checking` what `check` and `probe` do, `log` turns what the server observes into
lines, `kept` makes a start short, `shells` completes words, `terminal` writes.

Nothing here but `click` is imported before a command runs, so that
`docsync --help` answers at once.
"""
