"""Glyph functions that come late are those that Bokeh makes at its import."""

import json
import subprocess
import sys

SEEN = """
import inspect, json, sys
from bokeh.plotting import figure
from bokeh.plotting.glyph_api import GlyphAPI
def seen(function):
    return [
        function.__name__, function.__qualname__, function.__module__, function.__doc__,
        str(function.__annotations__), str(inspect.signature(function)),
        [str(each.kind) for each in inspect.signature(function).parameters.values()],
    ]
functions = {name: it for name, it in vars(GlyphAPI).items() if hasattr(it, "__signature__")}
"""
STOCK = SEEN + "print(json.dumps([seen(each) for each in functions.values()]))"
LATE = """
import bokeh.models
from docsync_trio.documents.late_glyphs import LateSignature, late_glyphs
kept = {}
def remember(words, make):
    assert words not in kept
    kept[words] = make()
    return kept[words]
with late_glyphs(remember):
    import bokeh.plotting
"""


def run(code):
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=60, stdout=subprocess.PIPE
    )
    return done.stdout


def test_every_glyph_function_looks_as_bokeh_makes_it():
    stock = json.loads(run(STOCK))
    late = json.loads(
        run(
            f"{LATE}{SEEN}"
            "assert len(kept) == len(functions)\n"
            "assert all(type(it.__signature__) is LateSignature for it in functions.values())\n"
            "print(json.dumps([seen(each) for each in functions.values()]))"
        )
    )
    # Bokeh takes the parameters out of a set, so their order is another one each time.
    assert [[name, *words[1:3]] for name, *words in late] == [[n, *w[1:3]] for n, *w in stock]
    for ours, theirs in zip(late, stock, strict=True):
        for text, other in zip(ours[3:6], theirs[3:6], strict=True):
            assert sorted(text.split()) == sorted(other.split())
        assert ours[6] == theirs[6]


def test_a_glyph_function_does_and_refuses_what_bokehs_does():
    run(
        LATE
        + """
import inspect, warnings
from bokeh.plotting import figure
plot = figure()
line = plot.line([1, 2], [3, 4], line_width=3)
assert line in plot.renderers and line.glyph.line_width == 3
assert figure.line.__wrapped__.__name__ == "line"
try:
    plot.line(1, 2, 3, 4)
except TypeError as error:
    assert "line takes 2 positional argument but 4 were given" in str(error)
else:
    raise AssertionError
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    exec(compile("plot.asterisk([1], [2])", "the author's file", "exec"))
(one,) = said
assert one.filename == "the author's file", one.filename
"""
    )


def test_what_is_kept_is_taken_and_bokehs_own_is_there_afterwards():
    run(
        """
import sys
import bokeh.models
from docsync_trio.documents.late_glyphs import late_glyphs
finders = sys.meta_path[:]
with late_glyphs(lambda words, make: f"kept: {words[:-1]}"):
    import bokeh.plotting
assert sys.meta_path == finders
assert bokeh.plotting.figure.line.__doc__ == "kept: ('Line', 'GlyphAPI.line')"
from importlib.machinery import SourceFileLoader
from bokeh.plotting import _decorators
assert type(_decorators.__loader__) is type(_decorators.__spec__.loader) is SourceFileLoader
assert _decorators.glyph_method.__module__ == "bokeh.plotting._decorators"
"""
    )


def test_a_bokeh_that_does_something_else_there_is_left_alone():
    run(
        """
from docsync_trio.documents.speedups import known_texts
known_texts.KNOWN_TEXTS["bokeh.plotting._decorators.glyph_method"] = ()
from docsync_trio.documents.late_glyphs import late_glyphs
with late_glyphs(lambda words, make: 1 / 0):
    import bokeh.plotting
assert "Line" in bokeh.plotting.figure.line.__doc__
"""
    )
