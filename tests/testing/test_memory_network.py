"""The network without sockets lets nothing pass that a real server could not send."""

import pytest

from docsync_trio.testing.memory_network import MemoryNetwork


def start(**headers):
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": 200, "headers": fields}


def part(body, *, more=False):
    return {"type": "http.response.body", "body": body, "more_body": more}


async def answer(*events, nursery, method="GET"):
    async def asgi(scope, receive, send):
        for event in events:
            await send(event)

    return await MemoryNetwork(asgi, nursery).request(method, "/", {}, b"")


async def test_an_answer_in_parts_is_put_together(nursery):
    events = (start(content_length="4"), part(b"ab", more=True), part(b"cd"))
    assert (await answer(*events, nursery=nursery)).body == b"abcd"
    reply = await answer(start(content_length="4"), part(b""), nursery=nursery, method="HEAD")
    assert reply.headers["content-length"] == "4"


@pytest.mark.parametrize(
    ("method", "events"),
    [
        ("GET", []),
        ("GET", [start()]),
        ("GET", [start(), part(b"a", more=True)]),
        ("GET", [start(), start(), part(b"a")]),
        ("GET", [start(content_length="2"), part(b"a")]),
        ("GET", [start(content_length="1"), part(b"ab")]),
        ("HEAD", [start(), part(b"a")]),
        ("HEAD", [start(content_length="1"), part(b"a")]),
    ],
    ids=["none", "no-body", "no-end", "twice", "short", "long", "head", "head-with-length"],
)
async def test_an_answer_that_no_server_could_send_fails_the_test(method, events, nursery):
    with pytest.raises(AssertionError, match=r"answers to one request|an answer to"):
        await answer(*events, nursery=nursery, method=method)
