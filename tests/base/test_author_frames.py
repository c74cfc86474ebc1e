"""Which lines are the author's: wherever they, and we, are installed."""

import sysconfig

import pytest

from docsync_trio.base.author_frames import (
    CodeLine,
    authors_line,
    authors_lines,
    error_to_look_at,
    frames_of,
    running_frame,
)
from tests.base.authored import module, raised_by

APP = "/srv/apps/sliders.py"
INSTALLED = f"{sysconfig.get_path('purelib')}/tides/app.py"


def test_lines_of_python_and_of_libraries_are_not_the_authors():
    app = module("""
        import json
        def load():
            read("{")
        def read(text):
            json.loads(text)
    """)

    error = raised_by(app.load)

    assert authors_lines(error) == (CodeLine(APP, 6, "read"), CodeLine(APP, 4, "load"))
    assert authors_line(error) == CodeLine(APP, 6, "read")


@pytest.mark.parametrize("name", ["docsync_trio.sessions.caller", "trio._core", "bokeh.model"])
def test_what_runs_applications_is_known_by_name_wherever_it_lies(name):
    caller = module("def call(f):\n    f()\n", "/home/me/checkout/x.py", name)
    app = module("def f():\n    1 / 0\n")

    error = raised_by(caller.call, app.f)

    assert [frame.is_machinery for frame in frames_of(error)] == [True, False]
    assert authors_lines(error) == (CodeLine(APP, 2, "f"),)
    assert authors_line(raised_by(caller.call, None)) is None


def test_an_application_can_be_an_installed_package():
    app = module("import json\ndef f():\n    json.loads('{')\n", INSTALLED, "tides.app")

    assert authors_line(raised_by(app.f)) == CodeLine(INSTALLED, 3, "f")


def test_beside_lines_of_their_own_an_installed_package_is_not_the_authors():
    library = module("def f():\n    1 / 0\n", INSTALLED, "tides.app")
    app = module("def call():\n    f()\n", f=library.f)

    assert authors_lines(raised_by(app.call)) == (CodeLine(APP, 2, "call"),)


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
def test_packages_of_the_user_and_of_the_distribution_are_installed_ones(folder):
    file = f"/home/me/.local/lib/{folder}/tides/app.py"
    (frame,) = frames_of(raised_by(module("def f():\n    1 / 0\n", file).f))

    assert frame.is_installed


def test_a_syntax_error_is_where_the_syntax_is_wrong():
    error = raised_by(compile, "x = = 1\n", APP, "exec")

    assert authors_line(error) == CodeLine(APP, 1)


def test_of_a_group_the_first_that_has_to_do_with_the_author_is_looked_at():
    alien, own = ValueError("no traceback"), raised_by(module("def f():\n    1 / 0\n").f)
    group = ExceptionGroup("outer", [alien, ExceptionGroup("inner", [own])])

    assert error_to_look_at(group) is own
    assert authors_line(group) == CodeLine(APP, 2, "f")


def test_of_a_group_that_has_nothing_to_do_with_them_it_is_the_first():
    first = ValueError("no traceback")

    assert error_to_look_at(ExceptionGroup("x", [first, TypeError()])) is first


def test_a_group_whose_members_tell_nothing_is_where_it_was_raised():
    app = module("def f():\n    raise ExceptionGroup('x', [ValueError()])\n")

    assert authors_line(raised_by(app.f)) == CodeLine(APP, 2, "f")


def test_a_frame_that_runs_is_told_like_one_of_a_traceback():
    app = module("import sys\ndef f():\n    return sys._getframe()\n")

    frame = running_frame(app.f())

    assert (frame.summary.filename, frame.summary.lineno, frame.summary.name) == (APP, 3, "f")
    assert frame.package == "sliders"
