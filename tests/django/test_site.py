"""Applications of a Django project: their addresses, and who is asked for what."""

import pytest
import trio
from django.conf import settings as django_settings

from docsync_trio.base.events import SessionOpened
from docsync_trio.django import autoload, create_asgi, document, with_request, with_url_args
from tests.server.memory_client import ask

if not django_settings.configured:
    django_settings.configure(
        SECRET_KEY="x" * 50,
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
        DATABASES={},
    )


def project(environ, start_response):
    start_response("200 OK", [("content-type", "text/plain")])
    return [b"django: " + environ["PATH_INFO"].encode()]


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("shapes", "/shapes"),
        ("", "/"),
        ("/shapes/", "/shapes"),
        ("home/<str:title>", "/home/{title}"),
        ("home/<title>/<int:n>", "/home/{title}/{n:int}"),
        ("x/<slug:s>/<uuid:u>", "/x/{s}/{u:uuid}"),
    ],
)
def test_a_route_is_written_as_in_django(route, path):
    assert document(route, print).path == path


class Opened:
    """What a server does with an ASGI application: its lifespan, and requests inside it."""

    def __init__(self, asgi):
        self.asgi, self.sent = asgi, []
        self.started, self.stop = trio.Event(), trio.Event()
        self.messages = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive(self):
        if self.started.is_set():
            await self.stop.wait()
        return {"type": next(self.messages)}

    async def send(self, message):
        self.sent.append(message)
        self.started.set()


async def opened(nursery, *entries, events=None, **more):
    observe = (lambda event: None) if events is None else events.append
    server = Opened(create_asgi(entries, project, observe=observe, **more))
    nursery.start_soon(server.asgi, {"type": "lifespan"}, server.receive, server.send)
    await server.started.wait()
    return server


async def test_pages_are_ours_or_djangos(nursery):
    def fill(doc):
        pass

    server = await opened(nursery, document("shapes", fill), autoload("sea/<str:at>", fill))
    assert server.sent == [{"type": "lifespan.startup.complete"}]
    assert "Bokeh Application" in (await ask(server.asgi, "/shapes")).text
    assert (await ask(server.asgi, "/sea/here")).text == "django: /sea/here"
    script = await ask(server.asgi, "/sea/here/autoload.js?bokeh-autoload-element=x")
    assert "embed_items" in script.text
    server.stop.set()


async def test_the_arguments_of_the_address_and_the_request_reach_the_handler(nursery):
    seen = []

    def fill(doc, request, title, n):
        seen.append((title, n, request.path, request.GET["a"], request.COOKIES["c"]))
        seen.append((request.META["HTTP_X_NAME"], dict(request.session)))

    entry = document("home/<title>/<int:n>", with_request(with_url_args(fill)))
    server = await opened(nursery, entry)
    headers = {"cookie": "c=d", "x-name": "y"}
    assert (await ask(server.asgi, "/home/x/7?a=b", headers=headers)).status == 200
    assert seen[0] == ("x", 7, "/home/x/7", "b", "d")
    assert seen[1] == ("y", {})
    server.stop.set()


async def test_further_settings_are_those_of_a_site_file(nursery):
    events = []
    more = {"settings": {"server": {"prefix": "/plots"}}, "events": events}
    server = await opened(nursery, document("shapes", lambda doc: None), **more)
    assert (await ask(server.asgi, "/plots/shapes")).status == 200
    assert [type(event) for event in events] == [SessionOpened]
    server.stop.set()


async def test_what_is_wrong_fails_the_start(nursery):
    server = await opened(nursery, document("x/<path:rest>/y/<path:rest>", lambda doc: None))
    (failed,) = server.sent
    assert failed["type"] == "lifespan.startup.failed"
