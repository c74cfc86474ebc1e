"""Floor 2: a site as the reverse proxy in front of it sees it.

This floor knows what nginx, HAProxy and Caddy have to be told so that a site works behind
them, and reads what they were told. It refuses to know how the site is served: all is decided
from the settings and from the text of a file, and nothing is opened or asked.

Start with `timers`, what has to exceed what. `plan` and the three `..._file` modules print a
configuration for a site (``docsync proxy``). The three `..._reading` modules bring what
stands in an existing one, whatever its language, into one form (`passage`), which `compare`
holds against the site (``docsync check --proxy``).
"""
