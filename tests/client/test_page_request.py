"""The one HTTP request of a client, with servers that answer in odd ways."""

from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio

from docsync_trio.client import (
    NoSuchApplication,
    Refused,
    ServerFault,
    ServerUnreachable,
    pull_session,
)
from docsync_trio.client.page_request import get_page, with_cookies


@asynccontextmanager
async def answering(*answers):
    """Answer one request after the other with bytes; yields the address and what was asked."""
    asked, left = [], list(answers)

    async def handle(stream):
        async with stream:
            asked.append((await stream.receive_some(65536)).decode())
            await stream.send_all(left.pop(0))

    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, handle, 0, host="127.0.0.1"))
        yield f"http://127.0.0.1:{listener.socket.getsockname()[1]}/app", asked
        nursery.cancel_scope.cancel()


def page(body, status="200 OK", *headers):
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines).encode()


async def open_and_leave(url, **options):
    async with pull_session(url, **options):
        pass


async def test_what_is_asked():
    async with answering(page("hello")) as (url, asked):
        answer = await get_page(f"{url}?N=1", [("X-Desk", "7")], None)
    assert (answer.status, answer.body) == (200, "hello")
    head = asked[0].split("\r\n")
    assert head[0] == "GET /app?N=1 HTTP/1.1"
    assert {"x-desk: 7", "connection: close"} <= {line.lower() for line in head}


async def test_cookies_that_are_set_are_kept_and_a_malformed_one_is_not():
    answer = page(
        "", "200 OK", "Set-Cookie: node=a; Path=/", "Set-Cookie: \x01=;;", "Set-Cookie: b=c"
    )
    async with answering(answer.replace(b"\x01", b"\xe4")) as (url, _):
        assert (await get_page(url, [], None)).cookies == {"node": "a", "b": "c"}


def test_cookies_are_one_header():
    fields = with_cookies({"Cookie": "a=1", "X": "y"}, {"b": "2"})
    assert fields == [("X", "y"), ("Cookie", "a=1; b=2")]
    assert with_cookies({}, {}) == []


async def test_a_server_that_hangs_up():
    async with answering(b"") as (url, _):
        with pytest.raises(ServerUnreachable, match="hangs up without an answer"):
            await open_and_leave(url)


async def test_what_is_not_http():
    async with answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as (url, _):
        with pytest.raises(ServerFault, match="does not speak HTTP"):
            await open_and_leave(url)


async def test_a_page_without_a_document():
    async with answering(page("<h1>My garden</h1>")) as (url, _):
        with pytest.raises(NoSuchApplication, match="no Bokeh document in it"):
            await open_and_leave(url)


async def test_a_page_that_has_moved_is_followed_on_the_same_host():
    moved = page("", "302 Found", "Location: /elsewhere")
    async with answering(moved, page("", "404 Not Found")) as (url, asked):
        with pytest.raises(NoSuchApplication, match=r"/elsewhere; check its path"):
            await open_and_leave(url)
    assert [each.split()[1] for each in asked] == ["/app", "/elsewhere"]


async def test_headers_are_not_carried_to_another_host():
    async with answering(page("", "302 Found", "Location: http://evil.example/app")) as (url, _):
        with pytest.raises(ServerUnreachable, match=r"leads to http://evil\.example/app, another"):
            await open_and_leave(url, cookies={"secret": "1"})


async def test_going_in_circles_ends():
    moved = page("", "302 Found", "Location: /app")
    async with answering(*[moved] * 6) as (url, _):
        with pytest.raises(Refused, match="status 302"):
            await open_and_leave(url)


async def test_an_error_page_in_html_is_told_in_one_line():
    body = "<html><title>418: I am &amp; stay a\n teapot</title><body>much more</body></html>"
    async with answering(page(body, "418 Teapot")) as (url, _):
        with pytest.raises(Refused, match=r"418: I am & stay a teapot$"):
            await open_and_leave(url)


async def test_headers_that_cannot_be_sent():
    async with answering(page("")) as (url, _):
        with pytest.raises(ValueError, match="cannot be sent"):
            await open_and_leave(url, headers={"X": "a\r\nInjected: yes"})
