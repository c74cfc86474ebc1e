"""The files that are printed; tests/whole/test_proxies.py runs the proxies with them."""

import re
from pathlib import Path

import attrs
import pytest

from docsync_trio.base.durations import OFF
from docsync_trio.config.bind import FdBind, SystemdBind, TcpBind, UnixBind
from docsync_trio.config.schema import TlsSettings
from docsync_trio.proxies.caddy_file import caddy_file
from docsync_trio.proxies.haproxy_file import haproxy_file, note_on_key
from docsync_trio.proxies.nginx_file import nginx_file
from docsync_trio.proxies.plan import CannotPlan, FrontSide, ProxyPlan, StaticFolder, upstream_of
from docsync_trio.proxies.trust import advice_on_trust
from tests.proxies.sites import a_site

PRINT = {"nginx": nginx_file, "haproxy": haproxy_file, "caddy": caddy_file}
STATIC = (StaticFolder("/desk/static", Path("/srv/bokeh js/static")),)


def printed(kind, *, front=None, **site):
    return PRINT[kind](ProxyPlan.of(a_site(**site), front or FrontSide()))


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (
            "nginx",
            [
                "server 127.0.0.1:5006;",
                "keepalive_timeout 60s;",
                "listen 80;",
                "proxy_read_timeout 75s;",
                "client_max_body_size 20000000;",
                "large_client_header_buffers 4 64k;",
                "proxy_set_header Upgrade $http_upgrade;",
                "location / {",
            ],
        ),
        (
            "haproxy",
            [
                "bind *:80",
                "server docsync 127.0.0.1:5006 pool-purge-delay 5s",
                "timeout tunnel 75s",
                "default_backend docsync",
                "tune.bufsize 66560",
            ],
        ),
        (
            "caddy",
            [
                "http://:80 {",
                "reverse_proxy 127.0.0.1:5006 {",
                "keepalive 60s",
                "response_header_timeout 75s",
                "max_size 20000000B",
            ],
        ),
    ],
)
def test_a_file_says_what_the_settings_say(kind, lines):
    text = [line.strip() for line in printed(kind).splitlines()]

    assert [line for line in lines if line not in text] == []


@pytest.mark.parametrize(
    ("kind", "pieces"),
    [
        ("nginx", ["server unix:/run/d.sock;", "location = /desk {", "listen 10.0.0.1:8443 ssl "]),
        ("haproxy", ["unix@/run/d.sock", "path_beg /desk/", "bind 10.0.0.1:8443 ssl crt /etc/c"]),
        ("caddy", ["unix//run/d.sock", "path /desk /desk/*", "tls /etc/c /etc/k", "https://a.org"]),
    ],
)
def test_a_unix_socket_a_prefix_tls_and_names(kind, pieces):
    front = FrontSide(
        listen="10.0.0.1:8443", names=("a.org",), certificate=Path("/etc/c"), key=Path("/etc/k")
    )
    text = printed(kind, front=front, bind=(UnixBind(Path("/run/d.sock")),), prefix="/desk")

    assert [piece for piece in [*pieces, "a.org"] if piece not in text] == []


@pytest.mark.parametrize("kind", PRINT)
def test_every_line_that_decides_something_has_a_reason_before_it(kind):
    text = printed(kind, prefix="/desk")

    assert len(re.findall(r"^\s*#", text, flags=re.MULTILINE)) >= 8
    assert max(map(len, text.expandtabs(4).splitlines())) <= 104


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_files_are_served_by_the_proxy_where_it_can(kind):
    text = printed(kind, front=FrontSide(static=STATIC), prefix="/desk")

    assert "/srv/bokeh js/static" in text
    assert "/desk/static" in text


def test_haproxy_serves_none():
    with pytest.raises(CannotPlan, match="--static"):
        printed("haproxy", front=FrontSide(static=STATIC))


def test_short_times_are_written_in_milliseconds():
    times = {"http": 1.0, "ping": 0.1, "pong": 0.1}

    assert "keepalive_timeout 800ms;" in printed("nginx", keep_alive=times, build=0.2)
    assert "timeout tunnel 250ms" in printed("haproxy", keep_alive=times, build=0.2)
    assert "response_header_timeout 250ms" in printed("caddy", keep_alive=times, build=0.2)


def test_the_reason_names_what_decides():
    assert "server.keep_alive.ping (off)" in printed("nginx", keep_alive={"ping": OFF})


def test_connections_that_are_introduced_are_passed_on_as_they_are():
    text = printed("haproxy", proxy_protocol=True)

    assert "mode tcp" in text
    assert "send-proxy-v2" in text
    tls = FrontSide(certificate=Path("/c"), key=Path("/k"))
    for kind, front in (("nginx", None), ("caddy", None), ("haproxy", tls)):
        with pytest.raises(CannotPlan, match="proxy_protocol"):
            printed(kind, front=front, proxy_protocol=True)


@pytest.mark.parametrize(
    ("binds", "upstream"),
    [
        ([TcpBind("", 80)], "127.0.0.1:80"),
        ([TcpBind("0.0.0.0", 80)], "127.0.0.1:80"),
        ([TcpBind("::", 80)], "[::1]:80"),
        ([FdBind(3), TcpBind("10.0.0.1", 80)], "10.0.0.1:80"),
        ([SystemdBind(), UnixBind(Path("/run/a"), 0o660)], "unix:/run/a"),
        ([TcpBind("10.0.0.1", 0), UnixBind(Path("/run/a"))], "unix:/run/a"),
    ],
)
def test_the_server_is_looked_for_where_it_can_be_found(binds, upstream):
    assert str(upstream_of(tuple(binds))) == upstream


TLS = TlsSettings(certificate=Path("/c"), key=Path("/k"))


def test_a_server_that_speaks_tls_itself_does_not_at_its_unix_socket():
    tcp, unix = TcpBind("127.0.0.1", 5006), UnixBind(Path("/run/desk.sock"))
    plan = ProxyPlan.of(a_site(tls=TLS, bind=(tcp, unix)), FrontSide())

    assert plan.upstream == unix
    assert not plan.is_encrypted


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (
            "nginx",
            [
                "proxy_pass https://docsync;",
                "proxy_ssl_name {name};",
                "proxy_ssl_verify on;",
                "proxy_ssl_trusted_certificate {authority};",
            ],
        ),
        (
            "haproxy",
            ["ssl verify required ca-file {authority} sni str({name}) verifyhost {name} pool-"],
        ),
        (
            "caddy",
            [
                "reverse_proxy https://{upstream} {{",
                "tls_server_name {name}",
                "tls_trusted_ca_certs {authority}",
                "header_up Host {{http.request.hostport}}",
            ],
        ),
    ],
)
@pytest.mark.parametrize(
    ("bind", "name"), [("10.0.0.5", "desk.example.org"), ("desk.lan", "desk.lan")]
)
def test_it_is_asked_by_tls_at_a_port_and_has_to_show_its_certificate(kind, lines, bind, name):
    front = FrontSide(names=("desk.example.org",), authority=Path("/etc/our-ca.pem"))
    text = printed(kind, front=front, tls=TLS, bind=(TcpBind(bind, 8443),))
    words = {"name": name, "authority": "/etc/our-ca.pem", "upstream": f"{bind}:8443"}

    assert [line for line in lines if line.format(**words) not in text] == []
    usual = printed(kind, front=FrontSide(names=("a.org",)), tls=TLS)
    assert "our-ca" not in usual
    assert ("/etc/ssl/certs/ca-certificates.crt" in usual) == (kind == "nginx")
    assert ("@system-ca" in usual) == (kind == "haproxy")


@pytest.mark.parametrize("kind", PRINT)
def test_a_certificate_of_no_name_shows_nothing(kind):
    with pytest.raises(CannotPlan, match=r"server\.tls is set.* --server-name"):
        printed(kind, tls=TLS)
    asking = attrs.evolve(TLS, client_ca=Path("/a"))
    with pytest.raises(CannotPlan, match=r"server\.tls\.client_ca"):
        printed(kind, tls=asking, front=FrontSide(names=("a.org",)))


def test_a_port_that_speaks_tls_behind_a_header_gets_what_browsers_send():
    unix = UnixBind(Path("/run/d.sock"))
    text = printed("haproxy", tls=TLS, proxy_protocol=True, bind=(unix, TcpBind("10.0.0.5", 8443)))

    assert "server docsync 10.0.0.5:8443 send-proxy-v2" in text


@pytest.mark.parametrize("kind", ["nginx", "haproxy"])
def test_who_comes_by_http_is_sent_to_https_at_the_usual_ports(kind):
    files = {"certificate": Path("/c"), "key": Path("/k")}
    leading = {"nginx": "return 301 https://", "haproxy": "redirect scheme https code 301"}[kind]

    assert leading in printed(kind, front=FrontSide(**files))
    for listen in ("8443", "10.0.0.1:443"):
        assert leading not in printed(kind, front=FrontSide(listen=listen, **files))


def test_caddy_gets_its_certificates_by_itself():
    assert "\na.org, b.org {" in printed("caddy", front=FrontSide(names=("a.org", "b.org")))
    assert "http://a.org:80 {" in printed("caddy", front=FrontSide(names=("a.org",), listen="80"))


@pytest.mark.parametrize("kind", PRINT)
def test_a_path_that_would_mean_something_else_is_refused(kind):
    for path in ("/run/my desk.sock", "/run/a;b", "/run/{a}"):
        with pytest.raises(CannotPlan, match="no proxy's file can name"):
            printed(kind, bind=(UnixBind(Path(path)),))


@pytest.mark.parametrize("kind", PRINT)
def test_visitors_do_not_choose_the_ids_of_requests(kind):
    assert "X-Request-ID" in printed(kind)


def test_a_server_that_nobody_can_find_is_an_error_that_says_what_to_do():
    with pytest.raises(CannotPlan, match=r"--set server\.bind"):
        upstream_of((TcpBind("127.0.0.1", 0), FdBind(3), SystemdBind()))


@pytest.mark.parametrize(
    ("upstream", "trusted", "missing"),
    [
        (TcpBind("127.0.0.1", 1), (), "127.0.0.1"),
        (TcpBind("localhost", 1), (), "127.0.0.1"),
        (TcpBind("::1", 1), ("127.0.0.1",), "::1"),
        (TcpBind("127.0.0.1", 1), ("127.0.0.0/8",), ""),
        (TcpBind("10.0.0.1", 1), (), "the proxy's address"),
        (TcpBind("10.0.0.1", 1), ("10.0.0.2",), ""),
        (UnixBind(Path("/a")), ("127.0.0.1",), "unix"),
        (UnixBind(Path("/a")), ("unix",), ""),
    ],
)
def test_a_proxy_that_is_not_trusted_is_told(upstream, trusted, missing):
    from docsync_trio.config.kind import Surroundings
    from docsync_trio.config.trusted import TrustedProxy

    around = Surroundings(Path("/"), {})
    peers = tuple(TrustedProxy().read(one, around) for one in trusted)
    advice = advice_on_trust(a_site(trusted_proxies=peers).server, upstream)

    assert (f"does not name {missing}:" in advice) if missing else advice == ""


def test_haproxy_looks_for_the_key_beside_the_certificate():
    assert note_on_key(Path("/c.pem"), Path("/c.pem.key")) == ""
    assert note_on_key(Path("/c.pem"), Path("/c.pem")) == ""
    assert "ln -s /k.pem /c.pem.key" in note_on_key(Path("/c.pem"), Path("/k.pem"))
