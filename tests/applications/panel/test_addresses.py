from urllib.parse import urljoin

import pytest

from docsync_trio.applications.panel.addresses import Addresses, way_to


@pytest.mark.parametrize(
    ("page", "application", "base"),
    [
        ("/buoys", "/buoys", "/"),
        ("/ocean/buoys/7", "/ocean/buoys/{station}", "/"),
        ("/desk/ocean/buoys/7", "/ocean/buoys/{station}", "/desk/"),
        ("/", "/", "/"),
        ("/desk", "/", "/desk/"),
        ("/a/desk", "/", "/a/desk/"),
        ("/desk/", "/", "/desk/"),
    ],
)
def test_from_the_page_the_way_leads_to_the_base(page, application, base):
    addresses = Addresses.of(page, application, {})

    assert addresses.base_url == base
    way = f"{addresses.rel_path}/static" if addresses.rel_path else "static"
    assert urljoin(page, way) == f"{base}static"


def test_for_a_page_of_another_site_it_is_a_whole_url():
    given = {"bokeh-absolute-url": [b"https://ocean.example.org/desk/buoys"]}

    addresses = Addresses.of("/desk/buoys/autoload.js", "/buoys", given)

    assert addresses.rel_path.startswith("https://ocean.example.org/desk")


@pytest.mark.parametrize("base", ["/", "/desk/"])
@pytest.mark.parametrize("page", ["/buoys", "/foo/bar", "/desk", "/desk/", "/desk/a/b/c", "/"])
def test_from_a_page_that_was_moved_the_way_leads_to_the_base_too(page, base):
    way = way_to(base, page)

    assert urljoin(page, f"{way}/static" if way else "static") == f"{base}static"
