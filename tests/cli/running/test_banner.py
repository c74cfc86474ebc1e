import json

import attrs
import pytest

from docsync_trio.cli.running.banner import Banner, BannerRow, as_data, plain_text, rich_text

BANNER = Banner(
    title="Ocean desk",
    rows=(
        BannerRow(
            path="/sliders",
            urls=("http://127.0.0.1:5006/sliders",),
            title="Sliders",
            handlers="file apps/sliders.py",
            async_kind="asyncio",
        ),
        BannerRow(
            path="/buoys/{station}",
            urls=("http://127.0.0.1:5006/buoys/{station}",),
            title="[bold]Buoys[/bold]",
            handlers="function apps.buoys:modify",
            async_kind="trio",
        ),
    ),
    listening=("http://127.0.0.1:5006", "unix:/run/site.sock"),
    site_file="/srv/site.toml",
    warnings=("a secret in plain sight",),
)


def test_plain_text_is_aligned_and_ends_with_the_urls():
    assert plain_text(BANNER).splitlines() == [
        "Ocean desk listens at http://127.0.0.1:5006, unix:/run/site.sock",
        "site file /srv/site.toml",
        "reload off",
        "warning: a secret in plain sight",
        "application       title               handlers                    async",
        "/sliders          Sliders             file apps/sliders.py        asyncio",
        "/buoys/{station}  [bold]Buoys[/bold]  function apps.buoys:modify  trio",
        "http://127.0.0.1:5006/sliders",
    ]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_table_says_the_same_and_its_urls_are_whole_lines(width):
    text = rich_text(BANNER, width)

    assert "\x1b[36mhttp://127.0.0.1:5006/sliders\x1b[0m" in text.splitlines()
    assert "Sliders" in text


def test_a_path_with_parameters_is_no_url_to_click_at():
    for text in (plain_text(BANNER), rich_text(BANNER, 200)):
        assert "/buoys/{station}" in text
        assert "5006/buoys" not in text


def test_whether_it_reloads_is_told_and_the_keys_come_last():
    banner = attrs.evolve(BANNER, reloads=True, hint="press h")

    for text in (plain_text(banner), rich_text(banner, 200)):
        assert "reload on" in text.splitlines()
        assert "press h" in text.splitlines()[-1]


def test_markup_in_a_title_is_only_text():
    assert "[bold]Buoys[/bold]" in rich_text(BANNER, 200)


def test_a_site_of_routes_alone_has_no_table():
    banner = attrs.evolve(BANNER, rows=(), site_file="", warnings=(), title="")

    for text in (plain_text(banner), rich_text(banner, 200)):
        assert text.splitlines() == [
            "docsync-trio listens at http://127.0.0.1:5006, unix:/run/site.sock",
            "reload off",
        ]


def test_the_data_can_be_logged_as_json():
    data = json.loads(json.dumps(as_data(BANNER)))

    assert data["urls"] == list(BANNER.urls)
    assert data["rows"][0]["title"] == "Sliders"


def test_the_page_to_open_is_the_first_whose_path_is_whole():
    sliders, buoys = BANNER.rows
    assert attrs.evolve(BANNER, rows=(buoys, sliders)).first_page == sliders.urls[0]
    assert attrs.evolve(BANNER, rows=(buoys,)).first_page is None
