"""Which paths answer the same address."""

import pytest

from docsync_trio.config.url_paths import is_like, meet, part_below


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a/{b}", "/a/{c:int}"),
        ("/a/{b:int}", "/a/{c:float}"),
        ("/a/{b}/x", "/a/y/{c}"),
        ("/{b}/{c}", "/a/{d}"),
        ("/a/{b}", "/a/buoy-{c:int}"),
        ("/a/buoy-{b}", "/a/{c}.html"),
        ("/a/b%20c/{d}", "/a/{b}/{c}"),
        ("/a/{b:uuid}", "/a/{c:uuid}"),
        ("/a/x-{b:int}", "/a/x-7"),
        ("/a/{b:path}", "/a/{c:path}"),
        ("/{b:path}", "/a/{c:path}"),
    ],
)
def test_two_that_could_both_answer_meet(one, other):
    assert meet(one, other)
    assert meet(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a/{b}", "/a/{b}/{c}"),
        ("/a/{b:int}", "/a/{c:uuid}"),
        ("/a/{b:float}", "/a/{c:uuid}"),
        ("/a/{b:int}/x", "/a/y/{c}"),
        ("/a/{b:int}", "/a/seven"),
        ("/a/x-{b}", "/a/y-{c}"),
        ("/a/{b}.html", "/a/{c}.json"),
        ("/a/{b}", "/b/{c}"),
        ("/a/{b:path}", "/a/{c}"),
        ("/a/{b:path}", "/b/{c:path}"),
    ],
)
def test_two_of_which_only_one_can_answer_do_not_meet(one, other):
    assert not meet(one, other)
    assert not meet(other, one)


@pytest.mark.parametrize(
    ("path", "application", "part"),
    [
        ("/sliders/metadata", "/sliders", "metadata"),
        ("/sliders/ws", "/sliders", "ws"),
        ("/ws", "/", "ws"),
        ("/sliders/static/more/css", "/sliders", "static"),
        ("/buoys/{name}/ws", "/buoys/{station}", "ws"),
        ("/sliders/metadata/more", "/sliders", ""),
        ("/sliders", "/sliders", ""),
        ("/buoys/{name}/{part}", "/buoys/{station}", ""),
        ("/other/ws", "/sliders", ""),
    ],
)
def test_what_is_served_below_an_application_can_be_taken(path, application, part):
    assert part_below(path, application) == part


def test_two_paths_may_have_the_same_parameters():
    assert is_like("/a/{b}/c-{d:int}.html", "/{d:int}/{b}")
    assert not is_like("/a/{b}", "/a/{b:int}")
    assert not is_like("/a/{b}", "/a/b")
