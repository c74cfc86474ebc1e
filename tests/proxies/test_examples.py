"""The files and the picture that are shown to people are what the code says."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from docsync_trio.base.durations import format_duration
from docsync_trio.config.load import load_site
from docsync_trio.config.schema import SiteSettings
from docsync_trio.proxies.caddy_file import caddy_file
from docsync_trio.proxies.haproxy_file import haproxy_file
from docsync_trio.proxies.nginx_file import nginx_file
from docsync_trio.proxies.plan import FrontSide, ProxyPlan
from docsync_trio.proxies.timers import Timers
from tests.proxies.sites import a_site

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs/images/keep-alive.svg"


@pytest.mark.parametrize(
    ("name", "make"),
    [("docsync.conf", nginx_file), ("haproxy.cfg", haproxy_file), ("Caddyfile", caddy_file)],
)
def test_an_example_is_what_the_command_prints_for_the_demo(name, make):
    site = load_site(ROOT / "configs/demo.toml", environ={}).settings

    assert (ROOT / "configs/proxies" / name).read_text() == make(ProxyPlan.of(site, FrontSide()))


def test_the_picture_shows_the_defaults():
    settings = SiteSettings()
    shown = {
        one.get("data-key"): one.text
        for one in ET.parse(PICTURE).getroot().iter()
        if one.get("data-key")
    }

    assert len(shown) == 8
    for key, text in shown.items():
        value = settings
        for name in key.split("."):
            value = getattr(value, name)
        assert text == format_duration(value)
    assert Timers.of(a_site()) == Timers(idle=60, silence=75)
