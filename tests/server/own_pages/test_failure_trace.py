"""Where in an application's own code an exception arose."""

import linecache
import sys

from docsync_trio.server.own_pages.failure_trace import MOST_PLACES, trace_of


def caught(source, file):
    file.write_text(source)
    try:
        exec(compile(source, str(file), "exec"), {"__name__": "app"})
    except BaseException as error:  # noqa: BLE001
        return trace_of(error)
    raise AssertionError("it did not raise")


def test_the_innermost_line_of_the_author_is_first_with_its_surroundings(tmp_path):
    source = "\n\ndef f():\n    # why\n\n    return [][0]\n\n\n\nf()\n"
    trace = caught(source, tmp_path / "app.py")
    assert [place.line for place in trace.places if place.file.endswith("app.py")] == [6, 10]
    place = trace.places[0]
    assert place.function == "f"
    assert [(line.number, line.text) for line in place.source] == [
        (3, "def f():"),
        (4, "    # why"),
        (5, ""),
        (6, "    return [][0]"),
        (7, ""),
        (8, ""),
        (9, ""),
    ]
    assert [line.here for line in place.source].index(True) == 3
    assert trace.places[1].function == ""


def test_code_of_libraries_is_not_the_authors(tmp_path):
    trace = caught("import json\njson.loads('{')\n", tmp_path / "app.py")
    assert trace.places[0].line == 2
    assert "json/decoder.py" in trace.whole
    assert not any("decoder" in place.file for place in trace.places)


def test_a_syntax_error_is_where_the_syntax_is_wrong(tmp_path):
    trace = caught("x = 1\ny = = 2\n", tmp_path / "app.py")
    assert (trace.places[0].line, trace.error) == (2, "SyntaxError: invalid syntax")


def test_a_file_that_changed_is_shown_as_it_is_now(tmp_path):
    file = tmp_path / "app.py"
    caught("raise ValueError(1)\n", file)
    trace = caught("\nraise ValueError('two')\n", file)
    assert trace.places[0].source[-1].text == "raise ValueError('two')"


def test_source_that_is_nowhere_is_left_out(tmp_path):
    linecache.clearcache()
    try:
        exec(compile("1 / 0", "<typed>", "exec"))
    except ZeroDivisionError as error:
        place = trace_of(error).places[0]
    assert (place.file, place.line, place.source) == ("<typed>", 1, ())


def test_a_recursion_that_ran_away_is_not_shown_in_full(tmp_path):
    trace = caught("def f():\n    f()\n\nf()\n", tmp_path / "app.py")
    assert len(trace.places) == MOST_PLACES
    assert len(trace.whole) < 100 * sys.getrecursionlimit()
