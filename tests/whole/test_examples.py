"""Every example folder has a site file that can be served as it is."""

import tomllib
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.whole.processes import ROOT, docsync

pytestmark = pytest.mark.whole

EXAMPLES = ROOT / "examples"
FOLDERS = sorted(folder for folder in EXAMPLES.iterdir() if folder.is_dir())
# These are served, and used, by tests of their own.
ELSEWHERE = {"bokeh_gallery", "django_embed", "members", "panel"}
SITES = [folder for folder in FOLDERS if folder.name not in ELSEWHERE]


def status(url: str) -> int:
    try:
        with urlopen(url) as answer:
            return answer.status
    except HTTPError as refusal:
        with refusal:
            return refusal.code


@pytest.mark.parametrize("folder", SITES, ids=lambda folder: folder.name)
def test_an_example_is_served_by_its_site_file(folder) -> None:
    site = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
    with docsync(folder / "site.toml") as server:
        addresses = [f"{server.url}{application['path']}" for application in site["applications"]]
        for address in addresses:
            server.log.wait_for(f"^{address}$")
        assert {address: status(address) for address in addresses} == dict.fromkeys(addresses, 200)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_example_says_in_one_line_what_it_shows(folder) -> None:
    assert len((folder / "README.md").read_text(encoding="utf-8").splitlines()) == 1
