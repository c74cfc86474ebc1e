"""What stands in a proxy's file, and what of it will break."""

import contextlib
import textwrap
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.base.durations import OFF
from docsync_trio.config.bind import FdBind, TcpBind, UnixBind
from docsync_trio.config.schema import RouteSettings, TlsSettings
from docsync_trio.proxies.caddy_file import caddy_file
from docsync_trio.proxies.compare import compare
from docsync_trio.proxies.directives import NotReadable
from docsync_trio.proxies.haproxy_file import haproxy_file
from docsync_trio.proxies.nginx_file import nginx_file
from docsync_trio.proxies.plan import FrontSide, ProxyPlan, StaticFolder
from docsync_trio.proxies.reading import read_proxy_file
from tests.proxies.sites import a_site

PRINT = {"nginx": nginx_file, "haproxy": haproxy_file, "caddy": caddy_file}


def found(text, *, site=None, files=None, **settings):
    """The lines that are found in *text*, which the file ``p`` has."""
    included = files or {}
    file = read_proxy_file(
        textwrap.dedent(text),
        "p",
        lambda name: [(name, included[name])] if name in included else [],
    )
    return [str(one) for one in compare(file, site or a_site(**settings), name="p")]


@pytest.mark.parametrize("kind", PRINT)
@pytest.mark.parametrize("prefix", ["", "/desk"])
def test_what_we_print_fits(kind, prefix, tmp_path):
    static = (StaticFolder(f"{prefix}/static", tmp_path),) if kind != "haproxy" else ()
    front = FrontSide(
        listen="10.0.0.1:8443", names=("a.org",), certificate=tmp_path, key=tmp_path, static=static
    )
    for site in (
        a_site(prefix=prefix),
        a_site(prefix=prefix, path="/", websocket_path="/sockets/{n}", keep_alive={"ping": OFF}),
        a_site(prefix=prefix, path="/buoys/{station:int}", build=5.0, keep_alive={"http": 1.0}),
        a_site(prefix=prefix, tls=TlsSettings(certificate=tmp_path, key=tmp_path)),
        a_site(prefix=prefix, bind=(UnixBind(tmp_path / "a.sock"),), trusted_proxies=("unix",)),
    ):
        assert found(PRINT[kind](ProxyPlan.of(site, front)), site=site) == []


def test_what_we_print_for_connections_that_are_introduced_fits(tmp_path):
    tls = TlsSettings(certificate=tmp_path, key=tmp_path)
    for site in (a_site(proxy_protocol=True), a_site(proxy_protocol=True, tls=tls)):
        assert found(haproxy_file(ProxyPlan.of(site, FrontSide())), site=site) == []


NGINX = """
server {
    listen 80;
    location / {
        proxy_pass http://127.0.0.1:5006;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Host "";
        proxy_set_header X-Forwarded-Port "";
        proxy_set_header X-Forwarded-Prefix "";
        proxy_set_header Forwarded "";
        proxy_read_timeout 75s;
    }
}
"""
HAPROXY = """
defaults
    mode http
    timeout client 75s
    timeout server 75s
    timeout tunnel 75s

frontend f
    bind *:80
    option forwardfor
    http-request set-header X-Forwarded-Proto http
    http-request del-header X-Forwarded-Host
    http-request del-header X-Forwarded-Port
    http-request del-header X-Forwarded-Prefix
    http-request del-header Forwarded
    default_backend b

backend b
    server s 127.0.0.1:5006
"""
CADDY = """
example.org {
	reverse_proxy localhost:5006 {
		header_up -X-Forwarded-Port
		header_up -X-Forwarded-Prefix
		header_up -Forwarded
		transport http {
			keepalive 60s
		}
	}
}
"""


@pytest.mark.parametrize("text", [NGINX, HAPROXY, CADDY])
def test_what_people_write_fits(text):
    assert found(text) == []


def changed(text, change):
    old, new = change
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("proxy_read_timeout 75s;", ""), ["5: advice: nginx gives up on an answer after 1m"]),
        (
            ("proxy_read_timeout 75s;", "proxy_read_timeout 20;"),
            [
                "16: nginx closes a silent websocket after 20s (proxy_read_timeout 20); ping =",
                "16: advice: nginx gives up on an answer after 20s",
            ],
        ),
        (
            ("proxy_http_version 1.1;", ""),
            ["5: nginx speaks HTTP/1.0 to the server (proxy_http_version default before"],
        ),
        (
            ("proxy_set_header Upgrade $http_upgrade;", ""),
            ["5: no websocket opens, as the header Upgrade is not passed on"],
        ),
        (
            ('Connection "upgrade"', 'Connection ""'),
            ["8: no websocket opens, as the header Connection is not passed on"],
        ),
        (("Host $http_host", "Host $proxy_host"), ["9: nginx does not pass the Host header on"]),
        (("Host $http_host", "Host $host"), []),
        (("listen 80;", "listen 8080;"), []),
        (
            ("listen 80;", "listen 443 ssl; proxy_set_header Host $host;"),
            [],
        ),
        (
            ("X-Forwarded-For", "X-Real-IP"),
            ["advice: X-Forwarded-For is not set", "X-Forwarded-For"],
        ),
        (
            ('proxy_set_header Forwarded "";', "large_client_header_buffers 4 4k;"),
            ["15: nginx refuses header fields of more than 4KiB", "themselves, and the server"],
        ),
        (("http://127.0.0.1:5006", "http://127.0.0.1:80"), ["p: nothing passes /sliders on to"]),
        (("5006;", "5006/app/;"), ["/sliders comes to the server as /app/sliders"]),
        (
            (
                "location /",
                "location ~ [(] { return 404; } location = /sliders { return 1; } location /",
            ),
            ["p: nothing passes /sliders on to 127.0.0.1:5006 (server.bind)"],
        ),
    ],
)
def test_nginx(change, said):
    lines = found(changed(NGINX, change))

    assert [piece for piece in said if not any(piece in line for line in lines)] == []
    assert len(lines) <= 2 * len(said)


def test_an_inner_level_of_nginx_that_sets_a_header_inherits_none():
    text = NGINX.replace("location / {", "location / {\n").replace(
        "listen 80;",
        "listen 80; location ~ /ws$ { proxy_pass http://localhost:5006; "
        "proxy_set_header Upgrade $http_upgrade; proxy_http_version 1.1; } "
        'proxy_set_header Connection "upgrade";',
    )
    lines = found(text)

    assert any("those of outer levels do not hold" in line for line in lines)


def test_nginx_with_an_upstream_a_map_and_a_file_that_is_included():
    text = """
    http {
        map $http_upgrade $connection_upgrade { default upgrade; '' close; }
        include upstreams;
        server {
            listen 8443 ssl;
            include "proxy settings";
            location /desk { try_files $uri @app; }
            location @app { proxy_pass http://app; }
        }
    }
    """
    settings = NGINX[NGINX.index("proxy_http") : NGINX.index("    }\n}")]
    settings = settings.replace('"upgrade"', "$connection_upgrade").replace("$http_host", "$host")
    files = {
        "upstreams": "upstream app { server unix:/run/a.sock; keepalive 8; keepalive_timeout 90; }",
        "proxy settings": settings,
    }
    bind = (UnixBind(Path("/run/a.sock")),)
    lines = found(text, files=files, bind=bind, prefix="/desk", trusted_proxies=("unix",))

    assert "upstreams:1: nginx keeps unused connections to the server for 90s" in lines[1]
    assert "proxy settings:4: the port 8443 is lost" in lines[0]
    assert len(lines) == 2


def test_what_some_requests_alone_are_for_is_looked_at_and_what_comes_after_it():
    apart = HAPROXY.replace(
        "default_backend b", "use_backend w if { hdr(Upgrade) -i websocket }\n    default_backend b"
    )
    sockets = "backend w\n    server s 127.0.0.1:5006 ssl verify none\n"
    assert "speaks TLS" in found(apart + sockets)[0]
    assert "speaks TLS" in found(changed(apart, (":5006", ":5006 ssl")) + sockets)[0]
    assert found(apart + sockets.replace(" ssl verify none", "")) == []

    apart = CADDY.replace("reverse_proxy", "@ws header Upgrade websocket\nreverse_proxy @ws", 1)
    rest = CADDY[CADDY.index("\treverse_proxy") :]
    both = apart[: apart.rindex("}")] + rest
    assert found(both) == []
    assert "speaks TLS" in found(both.replace("@ws localhost", "@ws https://localhost"))[0]
    assert "speaks TLS" in found(both.replace("reverse_proxy l", "reverse_proxy https://l"))[0]


def test_a_backend_that_requests_choose_may_be_any():
    by_map = changed(HAPROXY, ("default_backend b", "use_backend %[req.hdr(host),map(/m,b)]"))
    assert found(by_map) == []
    assert "keeps unused" in found(changed(by_map, (":5006", ":5006 pool-purge-delay 20s")))[0]


def test_a_file_that_passes_nothing_on_yet_is_read():
    assert "nothing passes" in found("global\n    daemon\ndefaults\n    mode http\n")[0]


TWO = {
    "nginx": (
        NGINX.replace("http://127.0.0.1:5006", "http://app")
        + "upstream app { server 10.0.0.1:5006; server 127.0.0.1:5006; %s }",
        ("least_conn;", "ip_hash;"),
        "ip_hash",
    ),
    "haproxy": (
        HAPROXY.replace("server s", "%s\n    server r 10.0.0.1:5006\n    server s"),
        ("balance leastconn", "cookie desk insert indirect"),
        "balance source",
    ),
    "caddy": (
        CADDY.replace("localhost:5006 {", "http://10.0.0.1:5006 localhost:5006 {\n%s"),
        ("lb_policy least_conn", "lb_policy cookie"),
        "lb_policy cookie",
    ),
}


@pytest.mark.parametrize("kind", TWO)
def test_several_servers_are_each_looked_at_and_visitors_have_to_stay_with_one(kind):
    text, (scattering, sticking), better = TWO[kind]

    (line,) = found(text % scattering)
    assert "chooses one of 2 servers for each request" in line
    assert better in line
    assert found(text % sticking) == []
    assert len(found(text % "")) == 1


def test_servers_that_are_there_in_need_alone_do_not_count():
    two = NGINX.replace("127.0.0.1:5006", "app") + "upstream app { server localhost:5006; %s }"
    assert found(two % "server 10.0.0.1:5006 backup; server 10.0.0.2:5006 down;") == []
    assert found(HAPROXY + "    server t 10.0.0.1:5006 backup\n") == []


@pytest.mark.parametrize(
    ("text", "plain", "encrypted"),
    [
        (NGINX, "http://127.0.0.1:5006", "https://127.0.0.1:5006"),
        (HAPROXY, "server s 127.0.0.1:5006", "server s 127.0.0.1:5006 ssl verify none"),
        (CADDY, "localhost:5006", "https://localhost:5006"),
        (CADDY, "keepalive 60s", "keepalive 60s\ntls_server_name desk"),
    ],
)
def test_who_speaks_tls_to_the_server_and_who_does_not(text, plain, encrypted, tmp_path):
    tls = TlsSettings(certificate=tmp_path, key=tmp_path)
    encrypting = changed(text, (plain, encrypted))

    assert "which speaks none there: every request fails (502)" in found(encrypting)[0]
    assert found(encrypting, tls=tls) == []
    assert "and server.tls is set: every request is refused (400)" in found(text, tls=tls)[0]


def test_connections_that_are_passed_on_may_speak_what_they_like(tmp_path):
    tls = TlsSettings(certificate=tmp_path, key=tmp_path)
    text = "frontend f\n bind :443\n default_backend b\nbackend b\n server s :5006 send-proxy\n"
    assert found(text, tls=tls, proxy_protocol=True) == []
    assert found(text, proxy_protocol=True) == []


def test_a_part_of_a_server_of_nginx_is_read_as_one():
    part = NGINX[NGINX.index("location") : NGINX.rindex("}")]
    assert found(part) == []
    assert "Host" in found(changed(part, ("Host $http_host", "Host app")))[0]


def test_a_proxy_that_takes_a_prefix_off_has_to_say_so():
    stripping = changed(NGINX, ("location / {", "location /desk/ {")).replace("5006;", "5006/;")
    (line,) = found(stripping)
    assert "takes /desk off the path and does not say so" in line
    told = changed(stripping, ('X-Forwarded-Prefix ""', "X-Forwarded-Prefix /desk"))
    assert found(told) == []
    rewritten = changed(told, ("5006/;", "5006; rewrite ^/desk/(.*)$ /$1 break;"))
    assert found(rewritten) == []
    assert "comes to the server as" in found(told, prefix="/desk")[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("timeout tunnel 75s", ""), []),
        (
            ("timeout tunnel 75s", "timeout tunnel 10s"),
            ["6: HAProxy closes a silent websocket after 10s (timeout tunnel 10s)"],
        ),
        (
            ("timeout tunnel 75s", "timeout tunnel 500"),
            ["HAProxy closes a silent websocket"],
        ),
        (
            ("timeout server 75s", "timeout server 30s"),
            ["5: advice: HAProxy gives up on an answer"],
        ),
        (("option forwardfor", "option httpclose\n    option forwardfor"), []),
        (("default_backend b", "use_backend b if { path_beg /other }"), ["p: nothing passes"]),
        (("default_backend b", "use_backend b if !{ path_beg /x } or { ssl_fc }"), []),
        (("default_backend b", "acl a path_reg ^/sli\n    use_backend b if a"), []),
        (("default_backend b", "use_backend b unless { path -m beg /sliders }"), ["p: nothing"]),
        (
            ("127.0.0.1:5006", "127.0.0.1:5006 send-proxy-v2"),
            ["and server.proxy_protocol is false"],
        ),
        (("127.0.0.1:5006", "127.0.0.1:5006 pool-purge-delay 10s"), ["keeps unused connections"]),
        (("bind *:80", "bind *:443 ssl crt x"), []),
        (
            ("http-request set-header X-Forwarded-Proto http", "bind *:443 ssl crt x"),
            ["the server takes https for http", "X-Forwarded-Proto; set"],
        ),
        (
            ("option forwardfor", "http-request set-header Host x"),
            ["pass the Host", "seems", "For"],
        ),
        (("defaults", "global\n    tune.bufsize 8192\ndefaults"), ["refuses header fields"]),
        (
            (
                "default_backend b",
                "http-request replace-path /desk(/.*) \\1\n    use_backend b if { path_beg /d }",
            ),
            ["takes /desk off the path and does not say so"],
        ),
    ],
)
def test_haproxy(change, said):
    lines = found(changed(HAPROXY, change))

    assert [piece for piece in said if not any(piece in line for line in lines)] == []
    assert len(lines) <= 2 * len(said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("keepalive 60s", ""), ["3: Caddy keeps unused connections to the server for 2m"]),
        (("keepalive 60s", "keepalive off"), []),
        (
            ("keepalive 60s", "keepalive 60s\nread_timeout 20s"),
            [
                "Caddy closes a silent websocket after 20s (read_timeout 20s)",
                "advice: Caddy gives up",
            ],
        ),
        (("header_up -Forwarded", "header_up Host {upstream_hostport}"), ["Host", "Forwarded"]),
        (("header_up -Forwarded", "header_up -Forwarded\nheader_up Host {host}"), []),
        (("reverse_proxy localhost", "reverse_proxy /other/* localhost"), ["p: nothing passes"]),
        (
            ("reverse_proxy localhost", "@ws path /sliders/ws\nreverse_proxy @ws localhost"),
            ["p: nothing passes /sliders on"],
        ),
        (("reverse_proxy localhost:5006", "reverse_proxy 10.0.0.1:5006"), ["it goes to 10.0.0.1"]),
    ],
)
def test_caddy(change, said):
    lines = found(changed(CADDY, change))

    assert [piece for piece in said if not any(piece in line for line in lines)] == []
    assert len(lines) <= 2 * len(said)


def test_caddy_with_a_snippet_a_prefix_and_no_braces():
    text = (
        CADDY.replace("example.org {", "(s) {") + "\n:80 {\n handle_path /desk/* {\nimport s\n}\n}"
    )
    (line,) = found(text)
    assert "takes /desk off the path" in line
    assert (
        found(changed(text, ("header_up -X-Forwarded-Prefix", "header_up X-Forwarded-Prefix /d")))
        == []
    )
    assert "keeps unused connections" in found("example.org\nreverse_proxy :5006")[0].replace(
        "p", "p"
    )


def test_what_is_wrong_on_our_side_is_said_too():
    assert (
        "trusted_proxies in [server] does not name 127.0.0.1" in found(NGINX, trusted_proxies=())[0]
    )
    assert found(NGINX, bind=(FdBind(3),)) == []
    assert found(NGINX, bind=(TcpBind("", 5006),)) == []
    routes = (RouteSettings(path="/api", endpoint="a:b"),)
    site = attrs.evolve(a_site(), routes=routes)
    lines = found(NGINX, site=site)
    assert "nginx refuses bodies of more than 1MiB" in lines[0]
    assert "arrives in lumps (proxy_buffering default)" in lines[1]
    assert "there are no pings" in found(NGINX, keep_alive={"ping": OFF})[0]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("server { listen 80;", "p"),
        ("server { } }", "p:1"),
        ("server {\n listen 'a; }", "p:2"),
        ("server { ; }", "p:1"),
        ("server {\n listen 80;\n root /a\n}\n", "p:3"),
        ("example.org {\nreverse_proxy :1\n", "p"),
        ("reverse_proxy :1\n}", "p:2"),
        ("frontend f\n  acl 'x", "p:2"),
        ("bind :1\nfrontend f", "p:1"),
        ("whatever", "p:1"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text, place):
    with pytest.raises(NotReadable) as raised:
        found(text)

    assert raised.value.place.startswith(place)


@given(
    st.sampled_from([NGINX, HAPROXY, CADDY]),
    st.lists(
        st.tuples(st.integers(0, 900), st.sampled_from(["{", "}", ";", '"', "\n", "#", "if ", "0"]))
    ),
)
def test_no_damage_to_a_file_raises_anything_else(text, damage):
    for at, sign in damage:
        text = text[:at] + sign + text[at:]
    with contextlib.suppress(NotReadable):
        found(text)
