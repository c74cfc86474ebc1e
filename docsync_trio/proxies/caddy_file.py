"""A Caddyfile for a site, each line with its reason."""

from collections.abc import Iterator
from textwrap import indent

from docsync_trio.config.bind import UnixBind
from docsync_trio.proxies.plan import IDLE_CONNECTIONS, CannotPlan, ProxyPlan, StaticFolder, quoted


def caddy_file(plan: ProxyPlan) -> str:
    """Return the text of a Caddyfile, or of a part to be imported. Raises `CannotPlan`."""
    if plan.site.server.proxy_protocol:
        raise CannotPlan(
            "Caddy speaks HTTP to the server and says more by headers than the PROXY protocol "
            "could: set server.proxy_protocol = false"
        )
    blocks = [*_beginning(plan), *map(_static, plan.front.static), _all_else(plan.prefix)]
    inside = indent("\n".join(blocks), "\t")
    return f"{_HEAD}{_server(plan)}\n{', '.join(_addresses(plan))} {{\n{inside}}}\n"


_HEAD = """\
# A site of docsync-trio behind Caddy: a Caddyfile, or a part of one (`import docsync.caddy`).
# Websockets, Host, X-Forwarded-For, -Proto and -Host need no words; heads may have 1 MB.

"""


def _addresses(plan: ProxyPlan) -> list[str]:
    front = plan.front
    if front.names and not front.listen and not front.is_secure:
        return list(front.names)  # by https, with certificates that Caddy gets by itself
    scheme = "https" if front.is_secure else "http"
    return [f"{scheme}://{name}:{front.port}" for name in front.names or ("",)]


def _beginning(plan: ProxyPlan) -> Iterator[str]:
    front = plan.front
    if front.host:
        yield f"bind {front.host.strip('[]')}\n"
    if front.is_secure:
        yield f"tls {quoted(front.certificate)} {quoted(front.key)}\n"
    yield f"""\
# server.max_body_size. Messages on websockets are no bodies: server.max_message_size.
request_body {{
\tmax_size {plan.largest_body}B
}}
"""


def _all_else(prefix: str) -> str:
    if not prefix:
        return "handle {\n\timport docsync_server\n}\n"
    return f"""\
# server.prefix; the path goes on as it is.
@docsync path {prefix} {prefix}/*
handle @docsync {{
\timport docsync_server
}}
"""


def _server(plan: ProxyPlan) -> str:
    return f"""\
(docsync_server) {{
\t# server.bind
\treverse_proxy {upstream_text(plan)} {{
{_host(plan)}\t\t# Visitors could write these themselves.
\t\theader_up -X-Forwarded-Port
\t\theader_up -X-Forwarded-Prefix
\t\theader_up -Forwarded
\t\t# The same id in both logs.
\t\theader_up X-Request-ID {{http.request.uuid}}
\t\t# What is sent bit by bit arrives so.
\t\tflush_interval -1
\t\ttransport http {{
\t\t\t# An unused connection to the server is kept for {plan.why_idle}:
\t\t\t# who lets go first must be Caddy, whose own 2m may be too long.
\t\t\tkeepalive {caddy_time(plan.timers.idle)}
\t\t\tkeepalive_idle_conns_per_host {IDLE_CONNECTIONS}
\t\t\t# More than {plan.why_silence}:
\t\t\t# the server itself answers for a slow page.
\t\t\tresponse_header_timeout {caddy_time(plan.timers.silence)}
{_encrypted(plan)}\t\t}}
\t}}
}}
"""


def _host(plan: ProxyPlan) -> str:
    if not plan.is_encrypted:
        return ""
    return """\
\t\t# What the browser calls the site: from 2.11 on Caddy would say what we call the server.
\t\theader_up Host {http.request.hostport}
"""


def _encrypted(plan: ProxyPlan) -> str:
    if not plan.is_encrypted:
        return ""
    lines = [
        "# server.tls: only who has the certificate for this name is our server.",
        f"tls_server_name {plan.certificate_name}",
        "versions 1.1",
    ]
    if plan.front.authority:
        lines.append(f"tls_trusted_ca_certs {quoted(plan.front.authority)}")
    return "".join(f"\t\t\t{line}\n" for line in lines)


def _static(static: StaticFolder) -> str:
    return f"""\
handle {static.url}/* {{
\troute {{
\t\turi strip_prefix {static.url}
\t\troot * {quoted(static.folder)}
\t\tencode gzip
\t\t# Pages of other sites that embed an application load its scripts.
\t\theader ?Access-Control-Allow-Origin *
\t\t@versioned query v=*
\t\theader @versioned Cache-Control "public, max-age=31536000, immutable"
\t\tfile_server {{
\t\t\tpass_thru
\t\t}}
\t\t# What is not in the folder, the server has.
\t\trewrite * {static.url}{{uri}}
\t\timport docsync_server
\t}}
}}
"""


def upstream_text(plan: ProxyPlan) -> str:
    """Return where the server is, as Caddy has it."""
    where = plan.upstream
    if isinstance(where, UnixBind):
        return f"unix/{where.path}"
    return f"https://{where}" if plan.is_encrypted else str(where)


def caddy_time(seconds: float) -> str:
    """Return *seconds* as Caddy writes times."""
    return f"{seconds:.0f}s" if seconds == int(seconds) else f"{seconds * 1000:.0f}ms"
