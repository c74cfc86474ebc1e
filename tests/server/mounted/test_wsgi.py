"""WSGI applications: what they are given, and what becomes of what they answer."""

import threading
from wsgiref.validate import validator

import pytest
import trio
import trio.testing

from docsync_trio.server.mounted.wsgi import make_environ, served_by_threads
from tests.server.memory_client import ask, http_scope


def answering(*chunks, status="200 OK", headers=(("Content-Type", "text/plain"),)):
    def app(environ, start_response):
        start_response(status, list(headers))
        return list(chunks)

    return app


async def answer(app, target="/", **how):
    return await ask(served_by_threads(app, threads=2), target, **how)


async def test_an_application_answers_by_the_rules_of_wsgi():
    # The validator checks both sides, ours too.
    reply = await answer(validator(answering(b"hello ", b"world")), headers={"Accept": "x"})
    assert (reply.status, reply.body) == (200, b"hello world")
    assert reply.headers["content-type"] == "text/plain"


async def test_an_answer_without_a_body_is_an_answer():
    reply = await answer(answering(status="302 Found", headers=[("Location", "/x")]))
    assert (reply.status, reply.body) == (302, b"")
    assert reply.headers["location"] == "/x"


async def test_the_generator_of_an_answer_runs_in_the_thread_of_its_call_and_is_closed():
    seen = []

    def app(environ, start_response):
        def chunks():
            try:
                start_response("200 OK", [])
                seen.append(threading.current_thread())
                yield b"a"
                seen.append(threading.current_thread())
                yield b"b"
            finally:
                seen.append("closed")

        seen.append(threading.current_thread())
        return chunks()

    assert (await answer(app)).body == b"ab"
    assert seen[0] == seen[1] == seen[2] != threading.current_thread()
    assert seen[3] == "closed"


async def test_what_is_written_goes_out_before_the_rest():
    def app(environ, start_response):
        start_response("200 OK", [])(b"first ")
        return [b"then"]

    assert (await answer(app)).body == b"first then"


async def test_an_error_may_replace_an_answer_that_has_not_begun():
    def app(environ, start_response):
        start_response("200 OK", [])
        start_response("500 Sorry", [], (ValueError, ValueError("late"), None))
        return [b"sorry"]

    assert (await answer(app)).status == 500


def raising(error):
    def app(environ, start_response):
        raise error

    return app


@pytest.mark.parametrize(
    ("app", "error", "text"),
    [
        (raising(KeyError("x")), KeyError, "x"),
        (raising(SystemExit(3)), RuntimeError, "SystemExit"),
        (lambda environ, start: [b"x"], RuntimeError, "without calling start_response"),
        (lambda environ, start: start("200 OK", []) and start("200 OK", []), RuntimeError, "twice"),
    ],
)
async def test_what_an_application_raises_is_raised(app, error, text):
    with pytest.raises(error, match=text):
        await answer(app)


async def test_no_more_requests_are_under_way_than_there_are_threads():
    busy, most, full, gate = [], [], threading.Event(), threading.Event()

    def app(environ, start_response):
        busy.append(environ)
        most.append(len(busy))
        if len(busy) == 2:
            full.set()
        gate.wait(10)
        busy.pop()
        start_response("200 OK", [])
        return []

    asgi = served_by_threads(app, threads=2)
    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(ask, asgi, "/")
        await trio.testing.wait_all_tasks_blocked()
        assert await trio.to_thread.run_sync(full.wait, 10)
        gate.set()
    assert len(most) == 5
    assert max(most) == 2


async def test_a_visitor_who_is_slow_to_send_occupies_no_thread(nursery):
    asgi = served_by_threads(answering(b"x"), threads=1)

    async def receive_part():
        await trio.sleep_forever()

    nursery.start_soon(asgi, http_scope("/", method="POST"), receive_part, None)
    await trio.testing.wait_all_tasks_blocked()
    assert (await ask(asgi, "/")).body == b"x"
    nursery.cancel_scope.cancel()


async def test_an_application_learns_that_nobody_waits_any_more():
    seen, gate, ended = [], threading.Event(), threading.Event()

    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"begun")
        gate.wait(10)
        try:
            write(b"more")
        except OSError as error:
            seen.append(str(error))
        ended.set()
        return []

    async def receive():
        return {"type": "http.request", "body": b""}

    started = trio.Event()

    async def send(message):
        if message.get("body"):
            started.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(served_by_threads(app, threads=1), http_scope("/"), receive, send)
        await started.wait()
        nursery.cancel_scope.cancel()
    gate.set()
    assert ended.wait(10)
    assert seen == ["nobody waits for the answer any more"]


def environ_of(target="/", body=b"", *, fields=(), **how):
    return make_environ(http_scope(target, **how) | {"headers": fields}, body)


def test_the_path_is_told_in_two_parts():
    environ = environ_of("/shop/käse", root_path="/shop")
    assert environ["SCRIPT_NAME"] == "/shop"
    assert environ["PATH_INFO"] == "/käse".encode().decode("latin-1")


def test_headers_that_could_pass_for_others_are_left_out():
    environ = environ_of(
        fields=[
            (b"x_forwarded_for", b"1.2.3.4"),
            (b"proxy", b"evil"),
            (b"accept", b"a"),
            (b"accept", b"b"),
            (b"cookie", b"a=1"),
            (b"cookie", b"b=2"),
            (b"content-type", b"text/x"),
            (b"content-length", b"999"),
        ],
        body=b"abc",
    )
    assert environ["HTTP_ACCEPT"] == "a, b"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["CONTENT_TYPE"] == "text/x"
    assert environ["CONTENT_LENGTH"] == "3"
    assert environ["wsgi.input"].read() == b"abc"
    assert environ.keys().isdisjoint({"HTTP_X_FORWARDED_FOR", "HTTP_PROXY", "HTTP_CONTENT_LENGTH"})
