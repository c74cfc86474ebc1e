"""Which files of BokehJS a page loads, and where from."""

import pytest
from bokeh.core.has_props import _default_resolver
from bokeh.models import Div

from docsync_trio.server.pages.bokehjs import BokehJS, root_url


def urls(bundle):
    return [str(url) for url in bundle.js_files]


def test_every_file_has_its_version():
    bokehjs = BokehJS()
    for url in urls(bokehjs.bundle("/desk/")):
        path, version = url.removeprefix("/desk/static/").split("?v=")
        assert (bokehjs.root / path).is_file()
        assert len(version) == 20


def test_the_answer_is_kept_until_somebody_defines_another_model():
    bokehjs = BokehJS()
    first = bokehjs.bundle("/")
    assert bokehjs.bundle("/") is first

    class Gauge(Div):
        __javascript__ = "https://example.org/gauge.js"
        __view_module__ = "bokeh.models.widgets.markups"

    try:
        assert "https://example.org/gauge.js" in urls(bokehjs.bundle("/"))
    finally:
        _default_resolver.remove(Gauge)
    assert urls(bokehjs.bundle("/")) == urls(first)


def test_what_is_kept_is_bounded():
    bokehjs = BokehJS()
    kept = {id(bokehjs.bundle(f"http://name{n}.org/")): n for n in range(3)}
    assert len(kept) == 3
    for n in range(60):
        bokehjs._bundles[f"http://other{n}.org/"] = bokehjs.bundle("/")
    bokehjs.bundle("http://one-more.org/")
    assert len(bokehjs._bundles) < 60


def test_the_environment_can_send_pages_elsewhere(monkeypatch):
    monkeypatch.setenv("BOKEH_RESOURCES", "cdn")
    assert all(url.startswith("https://cdn.bokeh.org/") for url in urls(BokehJS().bundle("/")))


def test_in_bokehs_own_development_files_have_no_version(monkeypatch):
    monkeypatch.setenv("BOKEH_DEV", "true")
    monkeypatch.setenv("BOKEH_RESOURCES", "server")
    assert not any("?v=" in url for url in urls(BokehJS(root=BokehJS().root).bundle("/")))


@pytest.mark.parametrize(
    ("prefix", "root_path", "server", "url"),
    [
        ("", "", "", "/"),
        ("/desk", "", "", "/desk/"),
        ("/desk", "/docs", "", "/docs/desk/"),
        ("", "", "https://example.org:8000", "https://example.org:8000/"),
        ("/desk", "", "http://[::1]:5", "http://[::1]:5/desk/"),
    ],
)
def test_files_are_below_the_prefix_of_whoever_serves_them(prefix, root_path, server, url):
    assert root_url(prefix, root_path, server) == url
