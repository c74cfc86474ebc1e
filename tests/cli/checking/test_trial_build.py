"""A site is tried in this process: what is wrong keeps nothing else from being tried."""

import re

import pytest

from docsync_trio.cli.checking.trial_build import NOT_BUILT, try_site
from docsync_trio.config.load import examine_site

GOOD = "from bokeh.io import curdoc\nfrom bokeh.models import Div\ncurdoc().add_root(Div())\n"


@pytest.fixture
def tried(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.py").write_text(GOOD)

    def tried(site, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        (tmp_path / "site.toml").write_text(site)
        examined = examine_site(tmp_path / "site.toml", environ={})
        return try_site(examined, "site.toml", lambda *told: heard.append(told))

    heard = tried.heard = []
    return tried


def application(path, handler, more=""):
    return f'[[applications]]\npath = "{path}"\nhandlers = [{{ {handler} }}]\n{more}\n'


def test_mistakes_of_the_file_of_imports_and_of_builds_come_together(tried):
    report = tried(
        "titel = 1\n"
        + application("/no-handler", 'function = "x.y"')
        + application("/good", 'file = "good.py"', 'titel = "Good"')
        + application("/syntax", 'file = "trial_syntax.py"')
        + application("/raises", 'file = "trial_raises.py"')
        + application("/good", 'file = "good.py"')
        + application("/gone", 'function = "trial_gone:x"', 'hooks = "trial_raises"')
        + '[[routes]]\npath = "/bare"\n[[routes]]\npath = "/r"\nendpoint = "trial_gone:y"\n',
        trial_syntax="x = = 1\n",
        trial_raises="x = 1\n1 / 0\n",
    )

    assert [(one.line, one.key) for one in report.problems] == [
        (1, "titel"),
        (4, "applications[0].handlers[0].function"),
        (9, "applications[1].titel"),
        (12, "applications[2].handlers[0].file"),
        (19, "applications[4].path"),
        (24, "applications[5].handlers[0].function"),
        (25, "applications[5].hooks"),
        (26, "routes[0]"),
        (30, "routes[1].endpoint"),
    ]
    assert [(one.path, one.outcome) for one in report.applications] == [
        ("/good", "built"),
        ("/syntax", "not tried"),
        ("/raises", "failed"),
        ("applications[4]", "not tried"),
        ("/gone", "not tried"),
    ]
    assert isinstance(report.problems[6].cause, ZeroDivisionError)
    ((path, fault),) = report.all_faults()
    assert (path, fault.what, type(fault.error)) == ("/raises", NOT_BUILT, ZeroDivisionError)


def test_what_was_detected_is_told_and_how_long_it_took(tried):
    report = tried(
        application("/one", 'file = "good.py"', 'title = "One"')
        + application("/two", 'file = "trial_loop.py"'),
        trial_loop=f"import asyncio\nasyncio.get_event_loop\n{GOOD}",
    )

    one, two = report.applications
    assert (one.title, one.handlers, one.detected.functions_in) == (
        "One",
        ("file good.py",),
        "thread",
    )
    assert (two.title, two.detected.async_kind, two.detected.functions_in) == (
        "",
        "asyncio",
        "loop",
    )
    assert one.seconds > 0
    assert report.status == 0
    assert tried.heard == [
        ("importing", 0, 0),
        ("building /one", 0, 2),
        ("building /two", 1, 2),
    ]


def test_a_hook_that_fails_is_told(tried):
    report = tried(
        application("/a", 'file = "good.py"', 'hooks = "trial_hooks"'),
        trial_hooks="def on_session_created(context):\n    1 / 0\n",
    )

    ((path, fault),) = report.all_faults()
    assert path == "/a"
    assert "on_session_created" in fault.what


def test_a_web_application_that_does_not_start_keeps_no_document_from_being_built(tried):
    report = tried(
        application("/a", 'file = "good.py"')
        + '[[routes]]\npath = "/web"\nasgi = "trial_asgi:app"\n',
        trial_asgi=(
            "async def app(scope, receive, send):\n"
            "    await receive()\n"
            "    await send({'type': 'lifespan.startup.failed', 'message': 'no database'})\n"
        ),
    )

    ((path, fault),) = report.all_faults()
    assert (path, report.status, report.applications[0].outcome) == ("", 4, "built")
    assert re.search("web.*does not start", fault.what)
    assert "no database" in str(fault.error)


def test_of_a_file_that_is_no_toml_there_is_nothing_to_try(tried):
    report = tried("title = = 1\n")

    assert (len(report.problems), report.applications, report.status) == (1, (), 2)


def test_what_is_doubtful_is_told_with_its_place(tried):
    report = tried(
        'server.bind = "0.0.0.0:0"\nsessions.sign = false\n'
        + application("/a", 'file = "good.py"')
        + application("/b", 'file = "good.py"')
    )

    assert [(one.line, one.key) for one in report.doubts] == [(2, "sessions.sign")]
    assert report.status == 0


def test_what_applications_print_is_no_part_of_the_report(tried, capsys):
    tried(application("/a", 'file = "trial_loud.py"'), trial_loud=f"print('noise')\n{GOOD}")

    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "noise\n")


def test_a_build_that_takes_too_long_is_told(tried):
    report = tried(
        'sessions.build_timeout = "100ms"\n' + application("/slow", 'file = "trial_slow.py"'),
        trial_slow=f"import time\ntime.sleep(0.4)\n{GOOD}",
    )

    ((path, fault),) = report.all_faults()
    assert (path, fault.what) == ("/slow", NOT_BUILT)
