"""A configuration of nginx for a site, each line with its reason."""

from collections.abc import Iterator
from textwrap import indent

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
    blocks = [_listen(plan), _limits(plan), _passing_on(plan), *_locations(plan)]
    inside = indent("\n".join(blocks), "    ")
    return "server {\n" + inside + "}\n"


def _listen(plan: ProxyPlan) -> str:
    front = plan.front
    listen = f"{front.host}:{front.port}" if front.host else front.port
    lines = [f"listen {listen} ssl;" if front.is_secure else f"listen {listen};"]
    lines.append(f"server_name {' '.join(front.names) or '_'};")
    if front.is_secure:
        lines += [
            f"ssl_certificate {quoted(front.certificate)};",
            f"ssl_certificate_key {quoted(front.key)};",
        ]
    return "\n".join(lines) + "\n"


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


def _locations(plan: ProxyPlan) -> Iterator[str]:
    yield from map(_static, plan.front.static)
    if plan.front.static:
        yield "location @docsync {\n    proxy_pass http://docsync;\n}\n"
    if not plan.prefix:
        yield "location / {\n    proxy_pass http://docsync;\n}\n"
        return
    yield f"""\
# server.prefix; the path goes on as it is.
location = {plan.prefix} {{
    proxy_pass http://docsync;
}}
location {plan.prefix}/ {{
    proxy_pass http://docsync;
}}
"""


def _static(static: StaticFolder) -> str:
    # nginx puts the rest of the path behind the alias as it is.
    folder = f'"{static.folder}/"'
    return f"""\
# What is not in the folder, the server has.
location ^~ {static.url}/ {{
    alias {folder};
    error_page 404 = @docsync;
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
