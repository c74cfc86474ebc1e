"""What proxies say of a visitor, and how much of it is believed."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.server.visits.forwarded import (
    TrustedProxies,
    Visitor,
    read_elements,
    read_host,
    visitor_behind,
)

TRUSTED = TrustedProxies(
    (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1")), unix=True
)
PROXY = ("10.0.0.1", 4711)


def fields(**told):
    return [
        (name.replace("_", "-").encode(), value.encode("latin-1"))
        for name, values in told.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def behind(peer=PROXY, **told):
    return visitor_behind(peer, fields(**told), TRUSTED)


def test_nobody_else_is_believed():
    stranger = ("203.0.113.9", 1)
    told = {"x_forwarded_for": "1.2.3.4", "x_forwarded_proto": "https", "forwarded": "for=1.2.3.4"}
    told |= {"x_forwarded_host": "evil.org", "x_forwarded_prefix": "/evil"}

    assert behind(stranger, **told) == Visitor(stranger)
    assert visitor_behind(None, fields(**told), TrustedProxies()) == Visitor(None)


def test_a_trusted_proxy_is():
    told = {"x_forwarded_proto": "https", "x_forwarded_host": "example.org:8443"}
    told |= {"x_forwarded_port": "8443", "x_forwarded_prefix": "/desk/"}

    assert behind(x_forwarded_for="203.0.113.7", **told) == Visitor(
        ("203.0.113.7", 0), "https", "example.org:8443", 8443, "/desk"
    )


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("203.0.113.7", ("203.0.113.7", 0)),
        ("203.0.113.7:5000", ("203.0.113.7", 5000)),
        ("2001:db8::7", ("2001:db8::7", 0)),
        ("[2001:db8::7]", ("2001:db8::7", 0)),
        ("[2001:db8::7]:5000", ("2001:db8::7", 5000)),
        ("::ffff:203.0.113.7", ("203.0.113.7", 0)),
        # What the visitor wrote stands in front of what the first proxy has added.
        ("1.2.3.4, 203.0.113.7", ("203.0.113.7", 0)),
        ("10.9.9.9, 203.0.113.7", ("203.0.113.7", 0)),
        ("1.2.3.4, 203.0.113.7, 10.0.0.2, 10.0.0.3", ("203.0.113.7", 0)),
        (["1.2.3.4", "203.0.113.7", "10.0.0.2"], ("203.0.113.7", 0)),
        # All of it our own machines: the first of them has asked.
        ("10.0.0.2, 10.0.0.3", ("10.0.0.2", 0)),
        ("203.0.113.7, unknown", PROXY),
        ("203.0.113.7, _hidden, 10.0.0.2", ("10.0.0.2", 0)),
        ("203.0.113.7,", PROXY),
        ("", PROXY),
        ("1.2.3.4:5:6, ", PROXY),
        ("203.0.113.7:99999", ("203.0.113.7", 0)),
        ("[203.0.113.7", ("203.0.113.7", 0)),
    ],
)
def test_the_visitor_is_the_right_most_address_that_is_no_proxys(told, client):
    assert behind(x_forwarded_for=told).client == client


@pytest.mark.parametrize(
    ("header", "client", "scheme", "host"),
    [
        ("for=203.0.113.7", ("203.0.113.7", 0), None, None),
        ('For="[2001:db8::7]:4711"; Proto=HTTPS', ("2001:db8::7", 4711), "https", None),
        (
            "for=1.2.3.4;proto=http;host=evil.org, for=203.0.113.7;proto=https;host=example.org",
            ("203.0.113.7", 0),
            "https",
            "example.org",
        ),
        (
            "for=203.0.113.7;proto=https;host=example.org, for=10.0.0.2;proto=http;host=inside",
            ("203.0.113.7", 0),
            "https",
            "example.org",
        ),
        (r'for="\2\03.0.113.7"', ("203.0.113.7", 0), None, None),
        ("for=_hidden;proto=https", PROXY, "https", None),
        ("proto=https", PROXY, "https", None),
        ("for=203.0.113.7;proto", PROXY, None, None),
        ('for="203.0.113.7', PROXY, None, None),
        ("for=1.2.3.4;for=203.0.113.7", PROXY, None, None),
        (", ,", PROXY, None, None),
    ],
)
def test_the_standard_header_says_it_too(header, client, scheme, host):
    assert behind(forwarded=header) == Visitor(client, scheme, host)


def test_where_the_two_kinds_of_headers_differ_neither_is_believed():
    visitor = behind(
        x_forwarded_for="203.0.113.7",
        x_forwarded_proto="https",
        forwarded="for=1.2.3.4;proto=http;host=example.org",
    )

    assert visitor == Visitor(PROXY, None, "example.org")


def test_where_they_agree_both_are():
    visitor = behind(
        x_forwarded_for="203.0.113.7",
        x_forwarded_proto="https",
        forwarded='for="203.0.113.7:4711";proto=https',
    )

    assert visitor == Visitor(("203.0.113.7", 4711), "https")


@pytest.mark.parametrize(
    ("hops", "told", "scheme"),
    [
        ("203.0.113.7", "https", "https"),
        ("203.0.113.7", "http, https", "https"),
        # Two proxies of ours: the outer one met the visitor, whether the inner one adds or not.
        ("203.0.113.7, 10.0.0.2", "https, http", "https"),
        ("203.0.113.7, 10.0.0.2", "https", "https"),
        ("203.0.113.7, 10.0.0.2", "http, https, http", "https"),
        ("203.0.113.7", "WSS", "https"),
        ("203.0.113.7", "gopher", None),
        ("203.0.113.7", "", None),
    ],
)
def test_of_a_list_the_proxy_that_met_the_visitor_has_the_say(hops, told, scheme):
    assert behind(x_forwarded_for=hops, x_forwarded_proto=told).scheme == scheme


def test_a_unix_socket_has_no_address_and_may_be_trusted():
    assert behind(None, x_forwarded_for="203.0.113.7").client == ("203.0.113.7", 0)
    assert behind(None, x_forwarded_proto="https") == Visitor(None, "https")


def test_a_proxy_may_be_named_by_ipv4_and_come_by_a_socket_for_both_families():
    assert behind(("::ffff:10.0.0.1", 1), x_forwarded_proto="https").scheme == "https"


@pytest.mark.parametrize("host", ["example.org", "a_b.example", "[::1]", "[::1]:80", "10.0.0.1:9"])
def test_a_host_is_taken(host):
    assert read_host(host) == host
    assert behind(x_forwarded_host=host).host == host


@pytest.mark.parametrize("host", ["", "a b", "a/b", "a@b", "ä", "a:b", "a:1:2", "a\x00", "-" * 300])
def test_what_is_no_host_is_not(host):
    assert behind(x_forwarded_host=host).host is None


@pytest.mark.parametrize("port", ["0", "70000", "-1", "x", ""])
def test_what_is_no_port_is_not(port):
    assert behind(x_forwarded_port=port).port is None


@pytest.mark.parametrize(
    "prefix", ["desk", "//evil.org", "/a//b", "/../a", "/.", "/a b", "/%2e", "/", "/<b>", "/a?b"]
)
def test_what_is_no_prefix_is_not(prefix):
    assert behind(x_forwarded_prefix=prefix).prefix == ""


HEADERS = st.sampled_from(
    ["forwarded", "x_forwarded_for", "x_forwarded_proto", "x_forwarded_host", "x_forwarded_prefix"]
)
TEXTS = st.text(st.characters(max_codepoint=255), max_size=40) | st.lists(
    st.sampled_from(["for=", '"', ",", ";", "1.2.3.4", "10.0.0.2", "unknown", "[::1]", "=", "\\"])
).map("".join)


@given(st.dictionaries(HEADERS, TEXTS))
def test_nothing_that_can_be_sent_raises_or_gets_through_malformed(told):
    visitor = behind(**told)

    assert visitor.client is not None
    ipaddress.ip_address(visitor.client[0])
    assert visitor.scheme in {None, "http", "https"}
    assert visitor.host is None or read_host(visitor.host)
    assert visitor.prefix == "" or visitor.prefix[1] not in "/\\"


@given(TEXTS, st.ip_addresses(v=4).filter(lambda one: one not in TRUSTED.networks[0]))
def test_whatever_a_visitor_writes_their_address_is_what_the_proxy_has_seen(written, address):
    assert behind(x_forwarded_for=f"{written}, {address}").client == (str(address), 0)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["for", "proto", "by"]), st.text('ab"\\,;= :')), max_size=4
    )
)
def test_elements_that_are_written_down_are_read_again(elements):
    elements = [one for one in elements if one]
    text = ", ".join(
        ";".join(
            f'{k}="{v}"'
            for k, v in ((k, v.replace("\\", "\\\\").replace('"', '\\"')) for k, v in one.items())
        )
        for one in elements
    )

    assert (read_elements(text) or []) == elements
