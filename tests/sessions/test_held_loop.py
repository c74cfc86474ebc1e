"""Which running code may be interrupted: what an application calls, and not what we do."""

import sys
import sysconfig
from functools import partial

import pytest

from docsync_trio.sessions.held_loop import held_by, is_running
from tests.base.authored import module

APP = "/srv/apps/sliders.py"
INSTALLED = f"{sysconfig.get_path('purelib')}/tides/model.py"
STANDARD = f"{sysconfig.get_path('stdlib')}/queue.py"

TRIO = ("trio._core._run", "/trio.py")
OURS = ("docsync_trio.documents.changes", "/changes.py")
BOKEH = ("bokeh.core.has_props", "/has_props.py")
LOGGING = ("logging.handlers", f"{sysconfig.get_path('stdlib')}/logging/handlers.py")
IMPORT = ("importlib._bootstrap", "<frozen importlib._bootstrap>")
QUEUE = ("queue", STANDARD)
LIBRARY = ("tides.model", INSTALLED)
SLIDERS = ("sliders", APP)
TEMPLATE = ("", "<template>")


def held_in(*modules):
    """What is held where code in the last of *modules* runs, called by those before."""
    run = partial(lambda: held_by(sys._getframe(1)))
    for name, file in reversed(modules):
        run = partial(module("def callback(f):\n    return f()\n", file, name).callback, run)
    return run()


@pytest.mark.parametrize(
    "inner", [(), (QUEUE,), (BOKEH,), (LIBRARY,), (TEMPLATE,), (BOKEH, QUEUE), (LIBRARY, SLIDERS)]
)
def test_an_application_and_what_it_calls_may_be_interrupted(inner):
    found = held_in(TRIO, OURS, SLIDERS, *inner)

    assert found is not None
    assert found.what == "callback"
    assert found.place == f"{APP}:2"
    assert found.frame.f_code.co_filename == APP


@pytest.mark.parametrize("inner", [OURS, TRIO, LOGGING, IMPORT, ("asyncio.events", "/events.py")])
@pytest.mark.parametrize("called", [(), (QUEUE,), (BOKEH,)])
def test_what_has_to_be_finished_may_not_be(inner, called):
    assert held_in(TRIO, OURS, SLIDERS, inner, *called) is None


def test_code_that_our_own_calls_is_the_one_that_holds():
    found = held_in(TRIO, SLIDERS, OURS, BOKEH, ("charts", "/srv/apps/charts.py"), BOKEH)

    assert found is not None
    assert found.place == "/srv/apps/charts.py:2"


def test_an_application_may_be_an_installed_package():
    found = held_in(TRIO, OURS, LIBRARY, QUEUE)

    assert found is not None
    assert found.place == f"{INSTALLED}:2"


def test_a_finalizer_is_left_to_end():
    found = []
    body = "class Kept:\n    def __del__(self):\n        look()\n\ndef drop():\n    Kept()\n"
    app = module(body, look=lambda: found.append(held_by(sys._getframe(1))))
    module("def call(f):\n    f()\n", name="trio._core").call(app.drop)
    assert found == [None]


def test_nothing_holds_where_nothing_runs():
    assert held_by(None) is None


def test_a_script_is_named_by_its_file():
    found = []
    look = module(
        "def call():\n    exec(code, dict(__name__='script', look=look))\n",
        name="docsync_trio.applications.script",
        code=compile("look()", APP, "exec"),
        look=lambda: found.append(held_by(sys._getframe(1))),
    )
    look.call()
    assert found[0].what == f"the script {APP}"


def test_a_function_runs_until_it_has_returned():
    outer = sys._getframe()

    def inner():
        return sys._getframe(), is_running(outer, sys._getframe())

    ended, outer_ran = inner()
    assert outer_ran
    assert is_running(outer, outer)
    assert not is_running(ended, outer)
    assert not is_running(outer, None)
