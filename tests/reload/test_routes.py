"""What is no application is taken over as well: endpoints, files, web applications."""

import pytest

from docsync_trio.base.events import Reloaded, ReloadFailed
from tests.reload.a_reloading_site import reloading

ENDPOINT = """
from starlette.responses import PlainTextResponse

async def answer(request):
    return PlainTextResponse("{word}")
"""
WSGI = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"{word}"]
"""
ASGI = """
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from contextlib import asynccontextmanager
from asgi_journal import JOURNAL

@asynccontextmanager
async def lifespan(app):
    JOURNAL.append("start {word}")
    {start}
    yield
    JOURNAL.append("end {word}")

async def home(request):
    return PlainTextResponse("{word}")

app = Starlette(routes=[Route("/", home)], lifespan=lifespan)
"""


@pytest.fixture
def site_file(folder):
    folder.script("a.py", "a")

    def write(route):
        folder.site(("/a", '{ file = "a.py" }'), more=f'[[routes]]\npath = "/x"\n{route}\n')

    return write


async def answer(site, path="/x"):
    return (await site.page(path)).text


async def test_an_endpoint_whose_module_has_changed(folder, site_file):
    site_file('endpoint = "my_endpoint:answer"')
    folder.write("my_endpoint.py", ENDPOINT.format(word="one"))
    async with reloading(folder) as site:
        kept = site.context("/a")
        assert await answer(site) == "one"
        folder.write("my_endpoint.py", ENDPOINT.format(word="two"))
        (told,) = await site.reload()
        assert isinstance(told, Reloaded)
        assert await answer(site) == "two"
        assert site.context("/a") is kept


async def test_a_route_that_becomes_another(folder, site_file):
    site_file('redirect = "/a"')
    async with reloading(folder) as site:
        assert (await site.page("/x")).status == 307
        folder.write("public/x.txt", "a file")
        site_file('static = "public/"')
        await site.reload()
        assert await answer(site, "/x/x.txt") == "a file"


async def test_a_wsgi_application(folder, site_file):
    site_file('wsgi = "my_wsgi:app"')
    folder.write("my_wsgi.py", WSGI.format(word="one"))
    async with reloading(folder) as site:
        assert await answer(site, "/x/") == "one"
        folder.write("my_wsgi.py", WSGI.format(word="two"))
        await site.reload()
        assert await answer(site, "/x/") == "two"
        folder.write("my_wsgi.py", "1 +")
        (told,) = await site.reload()
        assert isinstance(told, ReloadFailed)
        assert told.applications == ()
        assert await answer(site, "/x/") == "two"


async def test_an_asgi_application_begins_before_the_old_one_ends(folder, site_file):
    site_file('asgi = "my_asgi:app"\nasync = "trio"')
    folder.write("asgi_journal.py", "JOURNAL = []\n")
    folder.write("my_asgi.py", ASGI.format(word="one", start="pass"))
    async with reloading(folder) as site:
        folder.write("my_asgi.py", ASGI.format(word="two", start="pass"))
        (told,) = await site.reload()
        assert isinstance(told, Reloaded)
        assert await answer(site, "/x/") == "two"
        folder.write("my_asgi.py", ASGI.format(word="three", start="raise OSError('no disk')"))
        (told,) = await site.reload()
        assert isinstance(told, ReloadFailed)
        assert "no disk" in told.problems[0]
        assert await answer(site, "/x/") == "two"
        from asgi_journal import JOURNAL
    assert JOURNAL == ["start one", "start two", "end one", "start three", "end two"]
