"""A configuration of HAProxy for a site, each line with its reason."""

import pathlib

from docsync_trio.config.bind import UnixBind
from docsync_trio.proxies.plan import MOST_HEAD, CannotPlan, ProxyPlan, quoted
from docsync_trio.proxies.timers import PURGES


def haproxy_file(plan: ProxyPlan) -> str:
    """Return the text of a ``haproxy.cfg``. Raises `CannotPlan`."""
    if plan.front.static:
        raise CannotPlan("HAProxy serves no files; leave out --static, the server has them")
    if plan.site.server.proxy_protocol:
        return _of_connections(plan)
    parts = [_HEAD, _global(), _defaults(plan), _frontend(plan), _backend(plan)]
    return "\n".join(parts)


_OF_VISITORS = ("X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "Forwarded")
_TO_HTTPS = (
    "    # Who comes by http is sent to https.",
    "    bind *:80",
    "    http-request redirect scheme https code 301 unless { ssl_fc }",
)
_HEAD = "# A site of docsync-trio behind HAProxy: a whole haproxy.cfg.\n"


def _global() -> str:
    return f"""\
global
    # A request's head has to fit into one buffer: the server takes {MOST_HEAD} bytes, for
    # cookies and the tokens of pages.
    tune.bufsize {MOST_HEAD + 1024}
    tune.maxrewrite 1024
"""


def _defaults(plan: ProxyPlan) -> str:
    silence = haproxy_time(plan.timers.silence)
    return f"""\
defaults
    mode http
    timeout connect 5s
    # A head that comes byte by byte.
    timeout http-request 10s
    # Browsers open spare connections and say nothing on them; an error there they would show.
    option http-ignore-probes
    # How long a browser's own connection is kept; it has nothing to do with the server's.
    timeout http-keep-alive 60s
    timeout client {silence}
    # A slow page is answered by the server itself, which takes no longer than build_timeout.
    timeout server {silence}
    # Websockets, more than {plan.why_silence}:
    # a silent one is pinged before.
    timeout tunnel {silence}
"""


def _frontend(plan: ProxyPlan) -> str:
    lines = [
        "frontend docsync_site",
        f"    bind {_bind(plan)}",
        *(_TO_HTTPS if plan.front.leads_to_https else ()),
        "    # Who asks, and how; believed if server.trusted_proxies names this proxy.",
        "    option forwardfor",
        "    http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]",
        "    # The same id in both logs.",
        "    http-request set-header X-Request-ID %[uuid]",
        "    # Visitors could write these themselves.",
        *(f"    http-request del-header {name}" for name in _OF_VISITORS),
        "    # server.max_body_size. Messages on websockets are no bodies.",
        f"    http-request deny deny_status 413 if {{ req.body_size gt {plan.largest_body} }}",
        *_choice(plan),
    ]
    return "\n".join(lines) + "\n"


def _choice(plan: ProxyPlan) -> list[str]:
    conditions = []
    lines = []
    if plan.front.names:
        lines.append(f"    acl docsync_name hdr(host),host_only -i {' '.join(plan.front.names)}")
        conditions.append("docsync_name")
    if plan.prefix:
        lines.append("    # server.prefix; the path goes on as it is.")
        lines.append(f"    acl docsync_path path {plan.prefix}")
        lines.append(f"    acl docsync_path path_beg {plan.prefix}/")
        conditions.append("docsync_path")
    if not conditions:
        return [*lines, "    default_backend docsync"]
    chosen = " ".join(conditions)
    return [
        *lines,
        '    # "Not here" instead of "no server". Remove it if the frontend has other backends.',
        f"    http-request deny deny_status 404 unless {chosen}",
        f"    use_backend docsync if {chosen}",
    ]


def _bind(plan: ProxyPlan) -> str:
    front = plan.front
    where = f"{front.host or '*'}:{front.port}"
    return (
        f"{where} ssl crt {quoted(front.certificate)} alpn h2,http/1.1"
        if front.is_secure
        else where
    )


def _backend(plan: ProxyPlan) -> str:
    purge = haproxy_time(plan.timers.idle / PURGES)
    return f"""\
backend docsync
    # Connections to the server are kept for further requests. HAProxy closes half of those that
    # it had no use for each pool-purge-delay, so that {PURGES} times that have to be
    # {plan.why_idle}.
    http-reuse safe
    {_about_server(plan)}
    server docsync {_server(plan)}{_encrypted(plan)} pool-purge-delay {purge}
"""


def _about_server(plan: ProxyPlan) -> str:
    if not plan.is_encrypted:
        return "# server.bind"
    return "# server.bind; server.tls: only who has the certificate for this name is our server."


def _encrypted(plan: ProxyPlan) -> str:
    if not plan.is_encrypted:
        return ""
    name, authority = plan.certificate_name, plan.front.authority
    known_by = quoted(authority) if authority else "@system-ca"
    return f" ssl verify required ca-file {known_by} sni str({name}) verifyhost {name}"


def _server(plan: ProxyPlan) -> str:
    where = plan.upstream
    return f"unix@{where.path}" if isinstance(where, UnixBind) else str(where)


def _of_connections(plan: ProxyPlan) -> str:
    """Pass connections on as they are; who the visitor is goes before them."""
    if plan.front.is_secure:
        raise CannotPlan(
            "with server.proxy_protocol HAProxy passes connections on as they are, TLS included; "
            "leave out --tls, or set server.proxy_protocol = false"
        )
    silence = haproxy_time(plan.timers.silence)
    return f"""\
# A site of docsync-trio behind HAProxy: a whole haproxy.cfg.
# server.proxy_protocol is on: connections go on as they are, and before each of them
# HAProxy says whose it is. server.trusted_proxies has to name this proxy.

defaults
    mode tcp
    timeout connect 5s
    # More than {plan.why_silence}.
    timeout client {silence}
    timeout server {silence}
    timeout tunnel {silence}

frontend docsync_site
    bind {_bind(plan)}
    default_backend docsync

backend docsync
    server docsync {_server(plan)} send-proxy-v2
"""


def note_on_key(certificate: pathlib.Path, key: pathlib.Path) -> str:
    """Return what is to be done about the key, empty where HAProxy finds it by itself."""
    if key == certificate or key.name == f"{certificate.name}.key":
        return ""
    return (
        f"HAProxy looks for the key in {certificate} or in {certificate}.key: "
        f"ln -s {key} {certificate}.key"
    )


def haproxy_time(seconds: float) -> str:
    """Return *seconds* as HAProxy writes times."""
    return f"{seconds:.0f}s" if seconds == int(seconds) else f"{seconds * 1000:.0f}ms"
