"""A page has what the application's tables say, however little of them it was sent."""

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.whole.bokeh_page import BokehPage
from tests.whole.conftest import new_tab
from tests.whole.processes import docsync, started

pytestmark = [pytest.mark.whole, pytest.mark.browser]

WATCH = """
() => {
  const {documents} = Bokeh
  const apply = documents[0].apply_json_patch
  window.events = []
  documents[0].apply_json_patch = function(patch, buffers) {
    events.push(...patch.events)
    return apply.call(this, patch, buffers)
  }
  const plain = (value) => {
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      return [value.constructor.name, value.dtype, value.shape, Array.from(value, plain)]
    } else {
      return typeof value == "number" ? String(value) : value
    }
  }
  window.columns = (model) => JSON.stringify(
    Object.keys(model.data).sort().map((name) => [name, plain(model.data[name])])
  )
}
"""
SITE = """
[sessions]
sign = false  # so that Bokeh's Python client may make one
[[applications]]
path = "/column_data"
handlers = [{{ file = "{application}" }}]
"""
CLIENT = """
import sys
from bokeh.client import pull_session

with pull_session(url=sys.argv[1]) as session:
    field, source = map(session.document.get_model_by_name, ("field", "one_column"))

    def given(attr, old, new):
        print(*new, new["y"][-1])
        if new["y"][-1] < 0:
            session.close()
        else:
            field.value = "one_column:1:0"

    source.on_change("data", given)
    field.value = "one_column:0:0"
    session._loop_until_closed()
"""
TURNS = count()
NOTHING: list[str] = []
SOME = ["ColumnDataChanged of some"]
ALL = ["ColumnDataChanged"]
ROWS = ["touch", "ColumnsStreamed", "touch"]
PLACES = ["touch", "ColumnsStreamed", "ColumnsPatched", "touch"]
SENT = {
    "same": NOTHING,
    "one_column": SOME,
    "in_place": SOME,
    "more_columns": SOME,
    "fewer_columns": ALL,
    "rows_of_arrays": ROWS,
    "rows_of_lists": ROWS,
    "rows_of_both": ROWS,
    "rows_of_objects": ROWS,
    "rows_of_integers": ROWS,
    "rows_of_days": ROWS,
    "rows_of_dates": ROWS,
    "larger_integers": ALL,
    "fewer_rows": ALL,
    "few_rows": PLACES,
    "few_rows_of_lists": PLACES,
    "few_rows_of_objects": PLACES,
    "kind_of_number": SOME,
    "array_to_list": SOME,
    "nan_to_none": PLACES,
    "square": SOME,
    "square_rows": ALL,
    "lines": SOME,
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    site = tmp_path_factory.mktemp("site") / "site.toml"
    application = Path(__file__).with_name("column_data.py")
    site.write_text(SITE.format(application=application), encoding="utf-8")
    with docsync(site) as server:
        yield f"{server.url}/column_data"


@pytest.fixture(scope="module")
def page(url: str, browser: Browser) -> Iterator[BokehPage]:
    page = new_tab(browser).open(url)
    page.page.evaluate(WATCH)
    yield page
    page.page.context.close()


def give(page: BokehPage, name: str, step: int) -> list[str]:
    """Have *name* given the table *step*; returns by what events the page hears of it."""
    turn = f"{name}:{step}:{next(TURNS)}"
    page.page.evaluate("() => { events.length = 0 }")
    page.value("field", f"(m.value = '{turn}')")
    page.until(turn, "true")
    assert page.value(name, "columns(m)") == page.value(turn, "columns(m)")
    return page.page.evaluate(
        """(id) => events.filter(({model}) => model && model.id == id).map(
          ({kind, cols}) => cols ? (cols.length ? `${kind} of some` : "touch") : kind
        )""",
        page.value(name, "m.id"),
    )


@pytest.mark.parametrize("name", SENT)
def test_a_page_has_the_new_table_and_was_sent_what_it_lacked(page: BokehPage, name: str) -> None:
    assert give(page, name, 0) == ALL
    assert give(page, name, 1) == SENT[name]


def test_tables_and_arrays_that_the_pages_own_code_holds_stay_as_they_were(page: BokehPage) -> None:
    name = "held_by_the_page"
    give(page, name, 0)
    held = "[JSON.stringify(held.y), held.y.length, array[9]]"
    page.value(name, "(window.held = m.data, window.array = m.data.y, 0)")
    before = page.page.evaluate(held)
    page.value(name, "(window.heard = 0, m.properties.data.change.connect(() => heard++), 0)")
    assert give(page, name, 1) == PLACES
    assert page.page.evaluate(held) == before
    assert page.page.evaluate("heard") == 2


def test_what_a_page_did_to_its_data_is_overwritten(page: BokehPage) -> None:
    name = "edited_in_the_page"
    give(page, name, 0)
    page.value(name, "(m.data = {x: m.data.x, y: m.data.x.slice().reverse()}, 0)")
    page.answered()
    assert give(page, name, 1) == ALL
    page.value(name, "(m.patch({y: [[3, 17]]}), 0)")
    page.answered()
    assert give(page, name, 0) == ALL


def test_selection_view_and_drawing_follow(page: BokehPage) -> None:
    name = "drawn"
    drawn = "[m.view.indices.count, m.data_source.selected.indices]"
    give(page, name, 0)
    page.value(name, "(m.selected.indices = [2, 4], 0)")
    assert give(page, name, 1) == ROWS
    page.settled()
    assert page.value("points", drawn) == [1000, [2, 4]]
    assert give(page, name, 2) == PLACES
    assert give(page, name, 3) == SOME
    assert page.value("points", drawn) == [1000, [2, 4]]
    y = "Bokeh.index.find_one_by_id(m.id).glyph.y"
    assert page.value("points", f"{y}.length") == 1000
    assert page.value("points", f"{y}[0]") == 1
    page.settled()
    assert page.faults == []


def test_bokehs_python_client_is_given_whole_tables(url: str) -> None:
    with started([sys.executable, "-c", CLIENT, url]) as (process, log):
        assert process.wait(60) == 0, log.whole_text()
        assert log.whole_text().splitlines() == ["x y z 1.0", "x y z -1.0"]
