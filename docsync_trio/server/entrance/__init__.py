"""Who may come in, and to which session: what pages and websockets ask alike.

`served_applications` says what there is, `gate` who may enter, `access` which session is theirs,
and `join` brings a websocket to its session, whatever transport it came by.
"""
