"""From an accepted connection to its transport, and to the end of all of them.

Start with `serve`; `front_door` looks at the first bytes and decides.
"""
