"""The front page that an operator has written."""

import pytest

from docsync_trio.base.errors import ConfigError
from docsync_trio.testing import open_site

SITE = """
title = "Ocean & desk"
index = "front.html"

[server]
prefix = "/desk"

[[applications]]
path = "/one"
title = "First"
handlers = [{ file = "app.py" }]
"""
TEMPLATE = """{% include "head.html" %}
{% for link in links %}<a href="{{ link.url }}">{{ link.title }}</a>{% endfor %}
{% for link in named %}<i>{{ link.url }}</i>{% endfor %}
"""
NAMED = """
[[applications]]
path = "/buoys/{station}"
handlers = [{ file = "app.py" }]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "app.py").write_text("")
    (tmp_path / "front.html").write_text(TEMPLATE)
    (tmp_path / "head.html").write_text("<h1>{{ title }}</h1>")
    return tmp_path


async def test_a_template_takes_the_place_of_the_index_and_of_its_redirect(folder):
    async with open_site(folder) as site:
        page = await site.get("/desk/")

        assert page.status == 200
        assert "<h1>Ocean &amp; desk</h1>" in page.text
        assert '<a href="/desk/one">First</a>' in page.text


async def test_a_template_knows_of_applications_with_parameters(folder):
    (folder / "site.toml").write_text(SITE + NAMED)
    async with open_site(folder) as site:
        assert "<i>/desk/buoys/{station}</i>" in (await site.get("/desk/")).text


async def test_a_template_that_was_changed_is_read_anew(folder):
    async with open_site(folder) as site:
        await site.get("/desk/")
        (folder / "front.html").write_text("quite another one")

        assert (await site.get("/desk/")).text == "quite another one"


async def test_a_template_with_a_mistake_is_told_before_anything_runs(folder):
    (folder / "front.html").write_text("\n{% for %}")

    with pytest.raises(ConfigError, match=r"(?s)index.*front\.html: line 2"):
        async with open_site(folder):
            pass
