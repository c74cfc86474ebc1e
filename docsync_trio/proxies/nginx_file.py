"""A configuration of nginx for a site, each line with its reason."""

import pathlib
from collections.abc import Iterator
from textwrap import indent
from typing import Final

from docsync_trio.config.bind import UnixBind
from docsync_trio.proxies.plan import (
    IDLE_CONNECTIONS,
    MOST_HEAD,
    CannotPlan,
    ProxyPlan,
    StaticFolder,
    quoted,
)


def nginx_file(plan: ProxyPlan) -> str:
    """Return the text of a file for ``/etc/nginx/conf.d/``. Raises `CannotPlan`."""
    if plan.site.server.proxy_protocol:
        raise CannotPlan(
            "nginx sends no PROXY protocol to an HTTP server; it says more by headers: set "
            "server.proxy_protocol = false"
        )
    versions = [_VERSIONS] if plan.front.static else []
    return "\n".join([_HEAD, _MAP, *versions, _upstream(plan), _server(plan)])


_HEAD = """\
# A site of docsync-trio behind nginx. The place of this file is inside of http { },
# for example /etc/nginx/conf.d/docsync.conf.
"""


_MAP = """\
# Websockets ask for "Connection: upgrade". Everything else goes over connections that are
# kept, for which the header has to be empty.
map $http_upgrade $docsync_connection {
    default upgrade;
    ''      '';
}
"""

_VERSIONS = """\
# An address with a version in it always means the same file.
map $arg_v $docsync_expires {
    default max;
    ''      off;
}
"""


def _upstream(plan: ProxyPlan) -> str:
    where = plan.upstream
    server = f"unix:{where.path}" if isinstance(where, UnixBind) else str(where)
    return f"""\
upstream docsync {{
    # server.bind
    server {server};
    # Unused connections to the server that each worker process keeps.
    keepalive {IDLE_CONNECTIONS};
    # Has to be {plan.why_idle}: if the server were the first
    # to let go, a request could meet a connection that is just being closed (502).
    keepalive_timeout {nginx_time(plan.timers.idle)};
}}
"""


def _server(plan: ProxyPlan) -> str:
    encrypted = [_encrypted(plan)] if plan.is_encrypted else []
    blocks = [_listen(plan), _limits(plan), _passing_on(plan), *encrypted, *_locations(plan)]
    inside = indent("\n".join(blocks), "    ")
    to_https = _to_https(plan) if plan.front.leads_to_https else ""
    return f"{to_https}server {{\n{inside}}}\n"


def _listen(plan: ProxyPlan) -> str:
    front = plan.front
    listen = f"{front.host}:{front.port}" if front.host else front.port
    kind = " ssl http2" if front.is_secure else ""
    lines = [f"listen {listen}{kind};"]
    if not front.host:
        lines.append(f"# listen [::]:{front.port}{kind};    # IPv6, where the machine has it")
    lines.append(f"server_name {_names(plan)};")
    if front.is_secure:
        lines[:0] = ['# From nginx 1.25.1 on "http2 on;" is a line of its own.']
        lines += [
            "ssl_protocols TLSv1.2 TLSv1.3;",
            f"ssl_certificate {quoted(front.certificate)};",
            f"ssl_certificate_key {quoted(front.key)};",
        ]
    return "\n".join(lines) + "\n"


def _names(plan: ProxyPlan) -> str:
    return " ".join(plan.front.names) or "_"


def _to_https(plan: ProxyPlan) -> str:
    return f"""\
# Who comes by http is sent to https.
server {{
    listen 80;
    # listen [::]:80;    # IPv6, where the machine has it
    server_name {_names(plan)};
    return 301 https://$host$request_uri;
}}

"""


def _limits(plan: ProxyPlan) -> str:
    size = plan.largest_body
    return f"""\
# Cookies and the tokens of pages ride in the head; one header field has to fit into one
# buffer. The server takes {MOST_HEAD} bytes in all.
large_client_header_buffers 4 {MOST_HEAD // 1024}k;
# server.max_body_size. Messages on websockets are no bodies: server.max_message_size.
client_max_body_size {size};
"""


def _passing_on(plan: ProxyPlan) -> str:
    silence = nginx_time(plan.timers.silence)
    return f"""\
# Without 1.1 there are neither websockets nor connections that are kept.
proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $docsync_connection;
# What the browser calls the site, with its port: by it pages of other sites are told apart.
proxy_set_header Host $http_host;
# Who asks, and how; believed if server.trusted_proxies names this proxy.
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
# The same id in both logs.
proxy_set_header X-Request-ID $request_id;
# Visitors could write these themselves.
proxy_set_header X-Forwarded-Host "";
proxy_set_header X-Forwarded-Port "";
proxy_set_header X-Forwarded-Prefix "";
proxy_set_header Forwarded "";
# More than {plan.why_silence}:
# a silent websocket is pinged before, and a slow page is answered by the server itself.
proxy_read_timeout {silence};
proxy_send_timeout {silence};
# What is sent bit by bit arrives so. (Websockets are never buffered.)
proxy_buffering off;
"""


def _encrypted(plan: ProxyPlan) -> str:
    return f"""\
# server.tls: only who has the certificate for this name is our server.
proxy_ssl_name {plan.certificate_name};
proxy_ssl_server_name on;
proxy_ssl_protocols TLSv1.2 TLSv1.3;
proxy_ssl_verify on;
proxy_ssl_verify_depth 4;
proxy_ssl_trusted_certificate {quoted(plan.front.authority or _AUTHORITIES)};
"""


_AUTHORITIES: Final = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
"""Those that Debian and its kin know; nginx itself knows none."""


def _locations(plan: ProxyPlan) -> Iterator[str]:
    pass_on = f"proxy_pass {'https' if plan.is_encrypted else 'http'}://docsync;"
    yield from map(_static, plan.front.static)
    if plan.front.static:
        yield f"location @docsync {{\n    {pass_on}\n}}\n"
    if not plan.prefix:
        yield f"location / {{\n    {pass_on}\n}}\n"
        return
    yield f"""\
# server.prefix; the path goes on as it is.
location = {plan.prefix} {{
    {pass_on}
}}
location {plan.prefix}/ {{
    {pass_on}
}}
"""


def _static(static: StaticFolder) -> str:
    # nginx puts the rest of the path behind the alias as it is.
    folder = f'"{static.folder}/"'
    return f"""\
# What is not in the folder, or not to be read by nginx, the server has.
location ^~ {static.url}/ {{
    alias {folder};
    error_page 403 404 = @docsync;
    log_not_found off;
    expires $docsync_expires;
    gzip on;
    gzip_types application/javascript text/javascript text/css application/json;
    # Pages of other sites that embed an application load its scripts.
    add_header Access-Control-Allow-Origin *;
}}
"""


def nginx_time(seconds: float) -> str:
    """Return *seconds* as nginx writes times."""
    return f"{seconds:.0f}s" if seconds == int(seconds) else f"{seconds * 1000:.0f}ms"
