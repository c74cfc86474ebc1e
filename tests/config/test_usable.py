"""A site with mistakes is looked at without them, as far as it goes."""

import pathlib

import pytest
from hypothesis import given

from docsync_trio.config.checks import check
from docsync_trio.config.kind import Surroundings
from docsync_trio.config.load import examine_bare, examine_site
from docsync_trio.config.schema import SiteSettings
from docsync_trio.config.structure import structure
from docsync_trio.config.usable import usable_part
from tests.config.conftest import APPLICATION
from tests.config.test_anything import SITES

GOOD = {"path": "/app", "handlers": [{"function": "a:b"}]}


def part_of(*applications, **others):
    return usable_part(
        {"applications": list(applications), **others}, Surroundings(pathlib.Path(), {})
    )


@given(SITES)
def test_what_is_left_is_a_good_site_and_nothing_when_there_was_no_mistake(tree):
    around = Surroundings(pathlib.Path(), {}, look=False)
    part = usable_part(tree, around)
    if part is not None:
        assert part.settings.applications or part.settings.routes
        assert len(part.settings.applications) <= len(tree.get("applications", []))
        for index, one in enumerate(part.settings.applications):
            _, at = part.place(("applications", index))
            assert part.name(index) in {one.path, f"applications[{at}]"}
    settings, wrong = structure(tree, around)
    if settings is not None and not [*wrong, *check(tree)]:
        assert part is not None
        assert (part.settings, part.left_out) == (settings, frozenset())


@pytest.mark.parametrize(
    ("key", "value"),
    [("titel", "x"), ("threads", 0), ("page", "buillt"), ("sessions", {"outbox": 3})],
)
def test_an_application_goes_on_without_its_wrong_keys(key, value):
    part = part_of(GOOD | {key: value})

    assert part.settings == part_of(GOOD).settings
    assert part.is_whole(0)


@pytest.mark.parametrize(
    ("mistake", "name"),
    [
        ({"path": "app"}, "applications[1]"),
        ({"path": "/app"}, "applications[1]"),
        ({"hooks": "my hooks"}, "/x"),
        ({"handlers": [{"function": "a:b", "argv": ["1"]}]}, "/x"),
        ({"handlers": [{"function": "a:b"}, {"function": "a.b"}]}, "/x"),
    ],
)
def test_one_whose_documents_would_be_others_is_not_whole(mistake, name):
    part = part_of(GOOD, GOOD | {"path": "/x"} | mistake)

    assert [part.is_whole(0), part.is_whole(1)] == [True, False]
    assert part.name(1) == name
    assert [h.function for h in part.settings.applications[1].handlers] == ["a:b"]


@pytest.mark.parametrize("handlers", [[], [{"function": "a.b"}], [{}], "app.py", [3]])
def test_one_without_handlers_is_left_out_and_the_others_know_where_they_were(handlers):
    part = part_of({"path": "/x", "handlers": handlers}, GOOD)

    assert [one.path for one in part.settings.applications] == ["/app"]
    at = part.place(("applications", 0, "handlers", 0, "function"))
    assert at == ("applications", 1, "handlers", 0, "function")


def test_a_handler_knows_where_it_was():
    handlers = [{"function": "a.b"}, {"function": "a:b"}]

    place = part_of({"path": "/x", "handlers": handlers}).place

    assert place(("applications", 0, "handlers", 0)) == ("applications", 0, "handlers", 1)


def test_what_belongs_to_no_application_has_its_default():
    part = part_of(
        GOOD, server={"bind": [1], "max_sessions": 3}, logging=3, routes=[{"path": "/r"}], colour=1
    )

    assert part.settings.server.max_sessions == 3
    assert part.settings.server.bind == SiteSettings().server.bind
    assert part.settings.routes == ()


@pytest.mark.parametrize("tree", [{}, {"applications": 3}, {"applications": [{"path": "/a"}]}])
def test_of_some_sites_nothing_is_left(tree):
    assert usable_part(tree, Surroundings(pathlib.Path(), {})) is None


def test_an_examined_site_has_all_mistakes_and_the_rest(folder):
    folder.write("title = 1\nserver.bnd = 2\n[profiles.dev]\ntitle = 3\n")

    site = examine_site(folder.path / "site.toml", environ={})

    assert [(one.line, one.column, one.key) for one in site.problems] == [
        (1, 9, "title"),
        (2, 8, "server.bnd"),
        (4, 9, "profiles.dev.title"),
    ]
    assert [one.path for one in site.usable.settings.applications] == ["/app"]


def test_a_good_site_has_no_problems(folder):
    folder.write(APPLICATION, application=False)

    site = examine_site(folder.path / "site.toml", environ={})

    assert (site.problems, site.part.left_out) == ((), frozenset())


def test_a_file_that_is_no_toml_has_one_problem_and_no_rest(folder):
    folder.write("title = = 1")

    site = examine_site(folder.path / "site.toml", environ={})

    assert [(one.line, one.column) for one in site.problems] == [(1, 9)]
    assert site.usable is None


def test_a_bare_application_is_examined_as_well(folder):
    good = examine_bare(folder.path / "app.py", environ={})
    wrong = examine_bare(folder.path / "app.py", overrides=["title=1"], environ={})
    none = examine_bare(folder.path / "app.md", environ={})

    assert good.problems == ()
    assert [one.source for one in wrong.problems] == ["--set"]
    assert (len(none.problems), none.usable) == (1, None)
