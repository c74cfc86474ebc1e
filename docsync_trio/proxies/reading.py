"""Reading the file of whichever proxy it is."""

import re
from typing import Final

from docsync_trio.proxies.caddy_reading import CaddyFile
from docsync_trio.proxies.directives import NotReadable
from docsync_trio.proxies.haproxy_reading import HaproxyFile
from docsync_trio.proxies.nginx_reading import NginxFile
from docsync_trio.proxies.passage import Opener, ProxyFile

_HAPROXY: Final = re.compile(
    r"^(?:(?:frontend|backend|listen)\s+\S+|(?:global|defaults)\s*$)", re.MULTILINE
)
_CADDY: Final = re.compile(r"^\s*reverse_proxy\b", re.MULTILINE)
_NGINX: Final = re.compile(r"^\s*(?:http|server|upstream|location|map)\b[^;]*\{", re.MULTILINE)


def read_proxy_file(text: str, name: str, include: Opener) -> ProxyFile:
    """Return the file *name*, which has *text*, read. Raises `NotReadable`.

    *include* gives what it names; it is asked with patterns as they are written.
    """
    if _HAPROXY.search(text):
        return HaproxyFile.read(text, name)
    if _CADDY.search(text) or name.rpartition("/")[2].startswith("Caddyfile"):
        return CaddyFile.read(text, name, include)
    if _NGINX.search(text):
        return NginxFile.read(text, name, include)
    raise NotReadable(f"{name}:1", "this is no configuration of nginx, HAProxy or Caddy")
