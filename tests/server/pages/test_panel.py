"""A site with applications made with Panel, in this process, and what it leaves behind."""

import gc
import re
import weakref
from functools import partial

import pytest
import trio
from bokeh.events import DocumentReady

from docsync_trio.testing import open_site


@pytest.fixture(autouse=True, scope="module")
def panel():
    """Import it now: other tests of this process are to be over by then (`tests/conftest.py`)."""
    global pn, hold, state, private  # noqa: PLW0603
    import panel as pn
    from panel.io import hold
    from panel.io.state import state

    from docsync_trio.applications.panel import private


SCRIPT = """
import asyncio
import panel as pn
from docsync_trio import for_trio
import trio

pn.extension()
text = pn.widgets.TextInput(value="a")
shown = pn.widgets.TextInput(value="-")
button = pn.widgets.Button()

async def on_text(value):
    await asyncio.sleep(0.1)
    shown.value = f"{value} {pn.state.base_url} {pn.state.rel_path} {pn.state.app_url}"

pn.bind(on_text, text, watch=True)

@for_trio
async def on_click(event):
    await trio.sleep(0.1)
    shown.value = f"clicked {pn.state.route_params} {pn.state.session_args}"

button.on_click(on_click)
pn.state.add_periodic_callback(lambda: None, period=1000)
pn.Column(text, shown, button).servable()
"""


def settings(folder, path="/deep/{place}", source=SCRIPT, **server):
    (folder / "app.py").write_text(source)
    handlers = [{"file": str(folder / "app.py")}]
    return {"server": server, "applications": [{"path": path, "handlers": handlers}]}


def inputs(page):
    """The text fields of the page, in their order."""
    found = [m for m in page.document.models if type(m).__name__ == "TextInput"]
    return sorted(found, key=lambda model: int(model.id[1:]))


async def test_callbacks_of_both_kinds_run_and_know_where_they_are(tmp_path, autojump_clock):
    site_file = settings(tmp_path, prefix="/site")
    async with open_site(site_file) as site, site.open("/site/deep/x?y=z") as page:
        page.send(DocumentReady())
        await page.settled()
        text, shown = inputs(page)
        text.value = "b"
        await page.until(lambda: shown.value != "-")

        assert shown.value == "b /site/ .. /site/deep/x"
        page.click(next(m for m in page.document.models if type(m).__name__ == "Button"))
        await page.until(lambda: shown.value.startswith("clicked"))
        assert shown.value == "clicked {'place': 'x'} {'y': [b'z'], 'place': [b'x']}"


async def test_nobody_misses_what_changes_before_the_page_says_that_it_is_ready(
    tmp_path, autojump_clock
):
    site_file = settings(tmp_path, path="/app")
    async with open_site(site_file) as site, site.open("/app") as page:
        await page.settled()

        def change(document):
            # Panel takes for granted that nobody has the document yet.
            with hold(document):
                model = next(m for m in document.models if type(m).__name__ == "TextInput")
                model.placeholder = "changed early"

        await site.session().with_document(change)
        await page.settled()

        assert "changed early" in [model.placeholder for model in inputs(page)]


async def test_pages_are_panels_with_our_script_behind_bokehjs(tmp_path, autojump_clock):
    async with open_site(settings(tmp_path)) as site:
        html = (await site.get("/deep/here")).text
        scripts = re.findall(r'<script type="text/javascript" src="([^"?]*)', html)

        assert '<html lang="en"' in html
        assert "../static/js/bokeh.min.js" in scripts
        ours = scripts.index("/static/docsync/page.js")
        assert scripts.index("../static/js/bokeh.min.js") < ours
        assert ours < scripts.index("../static/extensions/panel/panel.min.js")
        assert "://" not in "".join(scripts)
        panel = await site.get("/static/extensions/panel/panel.min.js")
        assert panel.status == 200


THREADED = """
import asyncio
import threading
import time
import panel as pn

pn.extension()
shown = pn.widgets.TextInput(value="-")
works, seen, met = threading.Event(), threading.Event(), []
pn.state.cache["seen"] = seen


async def tick(event):
    while shown.value == "-":
        await asyncio.sleep(0.001)
        met.append(works.is_set())
        shown.placeholder = "ticking"


def compute(event):
    works.set()
    shown.placeholder = "computing"
    time.sleep(0.1)
    seen.wait(10)
    works.clear()
    in_loop = threading.current_thread() is threading.main_thread()
    shown.value = f"{in_loop} {any(met)} {seen.is_set()}"


pn.Row(
    shown, pn.widgets.Button(label="tick", on_click=tick),
    pn.widgets.Button(label="compute", on_click=compute),
).servable()
"""


async def test_async_code_waits_while_a_plain_function_computes_in_a_thread(tmp_path):
    if not private.knows_threads():
        pytest.skip("for threads it needs Panel 1.10")
    site_file = settings(tmp_path, path="/app", source=THREADED)
    site_file["applications"][0]["run_callbacks_in"] = "thread"
    async with open_site(site_file) as site, site.open("/app") as page:
        page.send(DocumentReady())
        buttons = {m.label: m for m in page.document.models if type(m).__name__ == "Button"}
        (shown,) = inputs(page)
        page.click(buttons["tick"])
        await page.until(lambda: shown.placeholder == "ticking")
        page.click(buttons["compute"])
        await page.until(lambda: shown.placeholder == "computing")
        pn.state.cache.pop("seen").set()
        await page.until(lambda: shown.value != "-")

        assert shown.value == "False False True"


SHOWN = """
import asyncio
import panel as pn


def widget():
    pn.extension()
    return pn.widgets.TextInput(value="a widget")


def template():
    return pn.template.FastListTemplate(title="Whole", main=[pn.widgets.TextInput(value="in main")])


def text():
    return "**bold**"


async def later():
    await asyncio.sleep(0)
    return pn.widgets.TextInput(value="later")


def own(document):
    pn.widgets.TextInput(value="by itself").server_doc(document)
"""


async def test_functions_are_applications_as_pn_serve_takes_them(tmp_path, monkeypatch):
    (tmp_path / "shown.py").write_text(SHOWN)
    monkeypatch.syspath_prepend(tmp_path)
    names = ["widget", "template", "text", "later", "own"]
    applications = [
        {"path": f"/{name}", "handlers": [{"function": f"shown:{name}"}]} for name in names
    ]
    contents = ["a widget", "in main", "strong", "later", "by itself"]

    def seen(document, content):
        said = [getattr(m, "value", getattr(m, "text", "")) for m in document.models]
        return content in str(said)

    async with open_site({"applications": applications}) as site:
        for name, content in zip(names, contents, strict=True):
            async with site.open(f"/{name}") as page:
                page.send(DocumentReady())
                await page.until(partial(seen, page.document, content))
        assert "<title>Whole</title>" in (await site.get("/template")).text


MOVING = """
import panel as pn

pn.extension()
page = pn.Column()


def on_load():
    pn.state.location.pathname = "/site/deep/x/y"
    page.append(pn.pane.Markdown("later"))


pn.state.onload(on_load)
page.servable()
"""


async def test_what_is_loaded_after_an_application_has_moved_its_page_is_found(
    tmp_path, autojump_clock
):
    site_file = settings(tmp_path, source=MOVING, prefix="/site")
    async with open_site(site_file) as site, site.open("/site/deep/x") as page:
        page.send(DocumentReady())
        await page.until(lambda: [m for m in page.document.models if hasattr(m, "text")])
        markdown = next(m for m in page.document.models if type(m).__name__ == "HTML")

        urls = [sheet.url for sheet in markdown.stylesheets if hasattr(sheet, "url")]
        assert urls
        assert {url.partition("/static/")[0] for url in urls} == {"../.."}


async def test_other_pages_can_embed_it(tmp_path, autojump_clock):
    async with open_site(settings(tmp_path, path="/app", prefix="/site")) as site:
        url = "http://docsync.test/site/app"
        arguments = f"bokeh-autoload-element=here&bokeh-app-path=/site/app&bokeh-absolute-url={url}"
        reply = await site.get(f"/site/app/autoload.js?{arguments}")

        assert reply.status == 200
        assert "http://docsync.test/site/static/extensions/panel/panel.min.js" in reply.text
        assert "http://docsync.test/site/static/docsync/page.js" in reply.text


async def test_components_give_away_what_they_list_and_nothing_else(tmp_path, autojump_clock):
    async with open_site(settings(tmp_path, path="/app")) as site:
        assert (await site.get("/components/panel.config/config/_raw/x")).status == 404
        assert (await site.get("/components/antigravity/fly/_css/x")).status == 404
        assert (await site.get("/components/os/path/__css__/../../x")).status == 404
        listed = "/components/panel.theme.fast/FastBaseTemplate/_css/fast.css"
        assert (await site.get(listed)).status in {200, 404}


async def test_a_script_that_fails_has_a_page_that_says_so(tmp_path, autojump_clock):
    source = "import panel as pn\npn.extension()\nraise LookupError('on purpose')\n"
    async with open_site(settings(tmp_path, path="/app", source=source)) as site:
        async with site.expect_error(LookupError, match="on purpose"):
            reply = await site.get("/app")

        assert reply.status == 500
        assert "on purpose" in reply.text
        assert not state._launching


async def test_callbacks_of_the_process_see_sessions_come_and_go(tmp_path, autojump_clock):
    seen = []
    pn.state.on_session_created(lambda context: seen.append(("created", context.id)))
    pn.state.on_session_destroyed(lambda context: seen.append(("destroyed", context.id)))
    try:
        async with open_site(settings(tmp_path, path="/app")) as site:
            async with site.open("/app"):
                name = site.session().id
                assert seen == [("created", name)]
            await trio.sleep(100)
            assert seen == [("created", name), ("destroyed", name)]
    finally:
        state._on_session_created.clear()
        state._on_session_destroyed.clear()


async def test_panel_keeps_nothing_of_sessions_that_have_ended(tmp_path, autojump_clock):
    async with open_site(settings(tmp_path, path="/app")) as site:
        async with site.open("/app") as page:
            page.send(DocumentReady())
            await page.settled()
            document = weakref.ref(site.session().document)
        await trio.sleep(100)
        assert site.sessions() == []
        gc.collect()

        assert document() is None
        kept = [
            name
            for name in filter(re.compile("_[a-z]").match, dir(state))
            if isinstance(getattr(state, name), weakref.WeakKeyDictionary) and getattr(state, name)
        ]
        assert set(kept) <= {"_stacks"}  # of threads, not of documents
        assert not state._views
