"""Bokeh's models, made faster: the same documents as those of stock Bokeh."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docsync_trio.documents.speedups import switch
from tests.documents.speedups_play import CLASSES, OWN, play

NUMBER = st.integers(0, 400)
STEPS = {
    # what `speedups_play.Play` can do, with how many numbers
    "make": 5,
    "make_by_id": 1,
    "get": 2,
    "set": 3,
    "refer": 3,
    "share": 3,
    "change": 3,
    "delete": 2,
    "patch": 3,
    "clone": 3,
    "listen": 2,
    "theme": 1,
    "theme_one": 2,
    "root": 1,
    "unroot": 1,
    "written": 1,
    "document_written": 0,
    "read_again": 0,
    "values": 3,
    "query": 1,
    "references": 1,
    "integrity": 1,
}
STEP = st.one_of(
    [st.tuples(st.just(name), *[NUMBER] * count).map(list) for name, count in STEPS.items()]
)


class StockBokeh:
    """A process in which Bokeh is as it came."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from tests.documents.speedups_play import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def play(self, program):
        self.process.stdin.write(json.dumps(program) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


@pytest.fixture(scope="module")
def stock():
    process = StockBokeh()
    yield process
    process.close()


@pytest.fixture(autouse=True)
def fast():
    switch.slow_down()
    outcome = switch.speed_up()
    yield outcome
    switch.slow_down()


def test_all_of_it_is_in_force_with_this_version_of_bokeh(fast):
    assert fast.reason == ""
    assert set(fast.active) == set(switch.REPLACEMENTS)


def test_our_own_classes_of_models_can_be_made(stock):
    program = [["make", which] for which in range(len(OWN))]
    assert [len(seen) for seen in stock.play(program)[1:]] == [2] * len(OWN)


@settings(max_examples=60)
@given(program=st.lists(STEP, min_size=1, max_size=25), cls=st.integers(0, len(OWN) - 1))
def test_whatever_is_done_with_models_is_the_same_as_with_stock_bokeh(stock, program, cls):
    program = [["make", cls], *program]
    assert play(program) == stock.play(program)


@pytest.mark.parametrize("cls", range(len(OWN)))
def test_changing_a_default_in_its_place_changes_one_model_only(stock, cls):
    program = [["make", cls], ["make", cls], ["set", 1, 5, 1], ["set", 2, 5, 1]]
    for container in range(12):
        program += [["change", 1, container, 1], ["change", 1, container, 2]]
        program += [["values", 1, 0, 1], ["values", 1, 1, 1]]
        program += [["values", 2, 1, 1], ["delete", 1, container], ["values", 1, 0, 1]]
        program += [["references", 1], ["refer", 1, container, 2], ["references", 1]]
    assert play(program) == stock.play(program)


def test_every_class_of_models_writes_itself_as_with_stock_bokeh(stock):
    for start in range(0, len(CLASSES), 20):
        program = []
        for at, which in enumerate(range(start, min(start + 20, len(CLASSES))), 1):
            program += [["make", which], ["written", at], ["values", at, 0, 1], ["query", at]]
            program += [["theme_one", at, 1], ["written", at], ["theme_one", at, 2]]
            program += [["written", at], ["values", at, 1, 1], ["references", at]]
            program += [["integrity", at], ["root", at]]
        program += [["document_written"], ["theme", 1], ["document_written"], ["read_again"]]
        assert play(program) == stock.play(program)
