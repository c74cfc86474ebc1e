"""The fixture, as pytest gives it to somebody who has just installed us."""

import subprocess
import sys

import pytest

SITE = '[[applications]]\npath = "/desk"\nhandlers = [{ file = "desk.py" }]\n'
DESK = """
from bokeh.io import curdoc
from bokeh.models import Button, Div

said = Div(name="said", text="nothing")
button = Button(name="button")
button.on_click(lambda: setattr(said, "text", 1 / 0))
curdoc().add_periodic_callback(lambda: setattr(said, "text", "an hour later"), 3_600_000)
curdoc().add_root(said)
curdoc().add_root(button)
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "desk.py").write_text(DESK)
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def run(test, *options):
        (tmp_path / "tests" / "test_desk.py").write_text(test)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        answer = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
        )
        return answer.stdout + answer.stderr

    return run


def test_the_fixture_is_the_nearest_site_in_virtual_time(project):
    said = project("""
import pytest
import trio

async def test_an_hour(docsync_site):
    async with docsync_site.open("/desk") as page:
        await page.changed(within=4000)
        assert page.model("said").text == "an hour later"
        assert trio.current_time() == 3600

@pytest.mark.docsync_site("../desk.py", virtual_time=False, overrides=["title=Mine"])
async def test_one_script_in_real_time(docsync_site):
    assert (await docsync_site.get("/desk")).status == 200
    assert trio.current_time() > 0
""")

    assert "2 passed" in said


def test_an_error_in_the_application_fails_the_test(project):
    said = project("""
async def test_click(docsync_site):
    async with docsync_site.open("/desk") as page:
        page.click("button")
        await page.settled()
""")

    assert "UnexpectedError: something went wrong in the site" in said
    assert "desk.py:" in said


def test_what_a_test_lacks_is_said(project):
    assert "has to be written `async def`" in project("def test_it(docsync_site): pass")
    said = project("async def test_it(docsync_site): pass", "-p", "no:trio")
    assert "needs pytest-trio: pip install 'docsync-trio[testing]'" in said


def test_a_folder_without_a_site_is_told_what_to_name(project, tmp_path):
    (tmp_path / "site.toml").unlink()

    said = project("async def test_it(docsync_site): pass")

    assert "there is no site.toml in" in said
