"""Every kind of application is exchanged when one of its files changes."""

import json

import nbformat
import pytest
from bokeh.document import Document
from bokeh.models import Div

from docsync_trio.base.events import Reloaded, ReloadFailed
from tests.reload.a_reloading_site import SCRIPT, reloading

IMPORTING = """
import trio
from bokeh.io import curdoc
from bokeh.models import Div
from {module} import WORD

curdoc().add_root(Div(text=WORD))
"""


def saved(word):
    document = Document()
    document.add_root(Div(text=word))
    return json.dumps(document.to_json(deferred=False))


def notebook(word):
    cells = [nbformat.v4.new_code_cell(SCRIPT.format(word=word))]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


async def reloaded(site, path="/a"):
    (told,) = await site.reload()
    assert isinstance(told, Reloaded), told
    assert told.replaced == (path,)


async def test_a_function(folder):
    folder.site(("/a", '{ function = "of_function:make" }'))
    folder.function("of_function.py", "", "'one'")
    async with reloading(folder) as site:
        folder.function("of_function.py", "", "'two'")
        await reloaded(site)
        assert await site.text("/a") == "two"


async def test_a_saved_document(folder):
    folder.site(("/a", '{ json = "a.json" }'))
    folder.write("a.json", saved("one"))
    async with reloading(folder) as site:
        folder.write("a.json", saved("two"))
        await reloaded(site)
        assert await site.text("/a") == "two"


async def test_a_notebook(folder):
    folder.site(("/a", '{ notebook = "a.ipynb" }'))
    folder.write("a.ipynb", notebook("one"))
    async with reloading(folder) as site:
        folder.write("a.ipynb", notebook("two"))
        await reloaded(site)
        assert await site.text("/a") == "two"


class TestADirectory:
    @pytest.fixture
    def app(self, folder):
        folder.site(("/a", '{ directory = "app" }'))
        folder.script("app/main.py", "one")
        return folder

    async def test_its_code(self, app):
        async with reloading(app) as site:
            app.script("app/main.py", "two")
            await reloaded(site)
            assert await site.text("/a") == "two"

    async def test_a_theme_that_comes_and_goes(self, app):
        async with reloading(app) as site:
            theme = app.write("app/theme.yaml", "attrs:\n  Div:\n    width: 77\n")
            await reloaded(site)
            theme.unlink()
            await reloaded(site)

    async def test_templates_and_static_files(self, app):
        app.write("app/templates/index.html", "<p>first {{ plot_div }}</p>")
        app.write("app/static/deep/style.css", "p {}")
        async with reloading(app) as site:
            app.write("app/templates/index.html", "<p>second {{ plot_div }}</p>")
            await reloaded(site)
            assert "second" in (await site.page("/a")).text
            app.write("app/static/deep/style.css", "p { color: red }")
            await reloaded(site)
            assert "red" in (await site.page("/a/static/deep/style.css")).text
            app.write("app/static/new.css", "q {}")
            await reloaded(site)

    async def test_a_module_that_is_imported_relatively(self, app):
        app.write("app/__init__.py", "import trio\n")
        app.write("app/words.py", "WORD = 'one'\n")
        app.write("app/main.py", IMPORTING.format(module=".words"))
        async with reloading(app) as site:
            assert await site.text("/a") == "one"
            app.write("app/words.py", "WORD = 'two'\n")
            await reloaded(site)
            assert await site.text("/a") == "two"

    async def test_its_hooks(self, app):
        app.write("app/app_hooks.py", "def on_session_created(context):\n    pass\n")
        async with reloading(app) as site:
            app.write("app/app_hooks.py", "def on_session_created():\n    pass\n")
            (told,) = await site.reload()
            assert isinstance(told, ReloadFailed)
            assert "on_session_created(session_context)" in told.problems[0]


async def test_hooks_and_metadata_of_the_site_file(folder):
    more = 'hooks = "my_hooks"\nmetadata = { function = "my_metadata:about" }\n'
    site_file = folder.site(("/a", '{ file = "a.py" }'))
    folder.write("site.toml", site_file.read_text() + more)
    folder.script("a.py", "a")
    folder.write("my_hooks.py", "def on_session_created(context):\n    pass\n")
    folder.write("my_metadata.py", "def about():\n    return {'is': 1}\n")
    async with reloading(folder) as site:
        folder.write("my_metadata.py", "def about():\n    return {'is': 2}\n")
        await reloaded(site)
        assert (await site.page("/a/metadata")).json()["data"] == {"is": 2}
        folder.write("my_hooks.py", "def on_session_destroyed(context):\n    pass\n")
        await reloaded(site)
        assert site.context("/a").application.hooks.on_session_destroyed


async def test_a_handler_made_for_bokeh(folder):
    source = """
from bokeh.application.handlers.handler import Handler
from bokeh.models import Div

class MyHandler(Handler):
    def modify_document(self, document):
        document.add_root(Div(text="{}"))
"""
    folder.site(("/a", '{ bokeh = "of_bokeh:MyHandler" }'))
    folder.write("of_bokeh.py", source.format("one"))
    async with reloading(folder) as site:
        folder.write("of_bokeh.py", source.format("two"))
        await reloaded(site)
        assert await site.text("/a") == "two"


async def test_a_module_that_is_imported_late_inside_of_a_callback(folder):
    folder.site(("/a", '{ function = "late:make" }'))
    statement = "def word():\n    from late_words import WORD\n    return WORD"
    folder.function("late.py", statement, "word")
    folder.write("late_words.py", "WORD = 'one'\n")
    async with reloading(folder) as site:
        make = site.context("/a").application.handlers[0].function
        assert make.__globals__["word"]() == "one"
        folder.write("late_words.py", "WORD = 'two'\n")
        await reloaded(site)
        make = site.context("/a").application.handlers[0].function
        assert make.__globals__["word"]() == "two"


async def test_a_module_that_no_statement_names(folder):
    folder.site(("/a", '{ function = "by_name:make" }'))
    folder.function("by_name.py", "import importlib", "importlib.import_module('unnamed').WORD")
    folder.write("unnamed.py", "WORD = 'one'\n")
    async with reloading(folder) as site:
        assert await site.text("/a") == "one"
        await site.reload()
        folder.write("unnamed.py", "WORD = 'two'\n")
        await reloaded(site)
        assert await site.text("/a") == "two"


async def test_two_folders_with_modules_of_the_same_name(folder):
    folder.site(("/a", '{ file = "a/main.py" }'), ("/b", '{ file = "b/main.py" }'))
    for name in "ab":
        folder.write(f"{name}/main.py", IMPORTING.format(module="data"))
        folder.write(f"{name}/data.py", f"WORD = '{name} one'\n")
    async with reloading(folder) as site:
        assert await site.text("/a") == "a one"
        assert await site.text("/b") == "b one"
        folder.write("b/data.py", "WORD = 'b two'\n")
        await reloaded(site, "/b")
        assert await site.text("/a") == "a one"
        assert await site.text("/b") == "b two"
        folder.write("a/data.py", "WORD = 'a two'\n")
        await reloaded(site, "/a")
        assert await site.text("/a") == "a two"
        assert await site.text("/b") == "b two"


async def test_a_module_that_was_given_up_is_fresh_when_it_is_used_again(folder):
    folder.site(*((f"/{name}", f'{{ function = "{name}:make" }}') for name in "ab"))
    folder.function("a.py", "from given_up import WORD", "WORD")
    folder.function("b.py", "", "'b'")
    folder.write("given_up.py", "WORD = 'one'\n")
    async with reloading(folder) as site:
        folder.function("a.py", "", "'none'")
        await reloaded(site)
        folder.write("given_up.py", "WORD = 'two'\n")
        assert await site.reload() == []
        folder.function("a.py", "from given_up import WORD", "WORD")
        await reloaded(site)
        assert await site.text("/a") == "two"


async def test_an_application_that_was_retired_is_fresh_when_it_comes_back(folder):
    both = [(f"/{name}", f'{{ function = "{name}:make" }}') for name in "ab"]
    folder.site(*both)
    for name in "ab":
        folder.function(f"{name}.py", "", "'one'")
    async with reloading(folder) as site:
        folder.site(*both[:1])
        await site.reload()
        folder.function("b.py", "", "'two'")
        assert await site.reload() == []
        folder.site(*both)
        await site.reload()
        assert await site.text("/b") == "two"
