import re

import pytest
import trio

from docsync_trio.base.traceback_text import application_line, error_text, traceback_text
from tests.base.authored import module as application
from tests.base.authored import raised_by

FILE = "/srv/apps/sliders.py"


def test_the_applications_lines_come_first_and_the_way_in_is_counted_last():
    module = application("""
        async def update():
            return compute(0)
        def compute(x):
            return 1 / x
    """)

    error = raised_by(trio.run, module.update)
    lines = traceback_text(error).splitlines()

    assert lines[0] == f'  File "{FILE}", line 3, in update'
    assert lines[1] == f'  File "{FILE}", line 5, in compute'
    assert lines[2].startswith("  (called through ")
    assert "trio" in lines[2]
    assert lines[3] == "ZeroDivisionError: division by zero"
    assert len(lines) == 4


def test_frames_of_bokeh_below_the_application_become_one_line():
    module = application("""
        from bokeh.plotting import figure
        def build():
            figure().rect(width=[])
            figure(no_such_property=1)
    """)

    error = raised_by(module.build)
    text = traceback_text(error)

    assert text.splitlines()[0].startswith(f'  File "{FILE}", line ')
    assert text.count("of bokeh") == 1
    assert "site-packages/bokeh" not in text


def test_frames_of_libraries_become_one_line_that_ends_where_it_was_raised():
    module = application("""
        import json
        def load():
            json.loads("{")
    """)

    lines = traceback_text(raised_by(module.load)).splitlines()

    assert lines[0] == f'  File "{FILE}", line 4, in load'
    assert re.fullmatch(r"  \.\.\. \d frames of json, at json/decoder\.py:\d+", lines[1])
    assert lines[2].startswith("json.decoder.JSONDecodeError: ")
    assert len(lines) == 3


def test_callbacks_that_libraries_call_stand_between_their_frames():
    module = application("""
        import json
        def load():
            json.loads("{}", object_hook=stop)
        def stop(found):
            raise ValueError("no")
    """)

    lines = traceback_text(raised_by(module.load)).splitlines()

    assert [line for line in lines if line.startswith("  File ")] == [
        f'  File "{FILE}", line 4, in load',
        f'  File "{FILE}", line 6, in stop',
    ]
    assert re.fullmatch(r"  \.\.\. \d frames of json", lines[1])


def test_an_error_without_any_line_of_the_application_shows_its_innermost_frames():
    from bokeh.plotting import figure

    error = raised_by(figure, 1, 2, 3)
    lines = traceback_text(error).splitlines()

    assert lines[0].startswith('  File "')
    assert application_line(error) is None


def test_a_cause_stands_before_what_it_led_to():
    module = application("""
        def load():
            try:
                {}["key"]
            except KeyError as error:
                raise RuntimeError("no data") from error
    """)

    text = traceback_text(raised_by(module.load))

    assert text.index("KeyError: 'key'") < text.index("which led to") < text.index("no data")


def test_a_suppressed_context_is_not_shown():
    module = application("""
        def load():
            try:
                {}["key"]
            except KeyError:
                raise RuntimeError("no data") from None
    """)

    assert "KeyError" not in traceback_text(raised_by(module.load))


def test_every_member_of_a_group_is_shown():
    error = ExceptionGroup("two", [ValueError("one"), TypeError("other")])

    text = traceback_text(error)

    assert "ValueError: one" in text
    assert "TypeError: other" in text


def test_a_runaway_recursion_is_cut_in_the_middle():
    module = application("""
        def again(n):
            return again(n + 1)
    """)

    lines = traceback_text(raised_by(module.again, 0)).splitlines()

    assert len(lines) < 50
    assert any("frames more" in line for line in lines)


def test_a_circle_of_causes_ends():
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one

    assert traceback_text(one).count("ValueError: one") == 1


def test_a_syntax_error_is_placed_in_the_applications_file():
    error = raised_by(compile, "x = = 1\n", FILE, "exec")

    assert application_line(error) == f"{FILE}:1"
    assert traceback_text(error).splitlines() == [
        f'  File "{FILE}", line 1',
        "    x = = 1",
        "        ^",
        "SyntaxError: invalid syntax",
    ]


def test_the_innermost_line_of_the_application_is_the_one_to_look_at():
    module = application("""
        def outer():
            inner()
        def inner():
            raise ValueError("x")
    """)

    assert application_line(raised_by(module.outer)) == f"{FILE}:5"


def test_an_error_inside_a_library_is_looked_for_in_the_applications_file():
    module = application("""
        import json
        def load():
            json.loads("{")
    """)

    assert application_line(raised_by(module.load)) == f"{FILE}:4"


def test_local_variables_never_appear():
    module = application("""
        def login():
            password = "hunter2"
            raise ValueError("refused")
    """)

    assert "hunter2" not in traceback_text(raised_by(module.login))


class UnspeakableError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize("error", [UnspeakableError(), ValueError(""), ValueError("two\nlines")])
def test_any_error_has_a_text_of_one_line(error):
    assert "\n" not in error_text(error)
    assert type(error).__name__ in error_text(error)
    assert type(error).__name__ in traceback_text(error)
