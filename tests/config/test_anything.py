"""Whatever a site file holds, loading it ends in settings or in a ConfigError."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docsync_trio.base.errors import ConfigError
from docsync_trio.config.keys import keys_of
from docsync_trio.config.load import load_site
from docsync_trio.config.schema import SiteSettings
from docsync_trio.config.spelling import toml_key, toml_value
from tests.config.every_key import every_key_commented_out


def names_in(table):
    for key in keys_of(table).values():
        yield key.name
        if inner := key.table or key.tables:
            yield from names_in(inner)


NAMES = sorted({*names_in(SiteSettings), "profiles", "env", "dev", ""})
WORDS = ["15s", "off", "20MB", ":80", "/a", "/a/{b}", "app.py", ".", "a:b", "GET", "info", "auto"]
SCALARS = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=5),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=25,
)
SITES = st.dictionaries(st.sampled_from(NAMES), TREES, max_size=6)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("anything")
    (place / "app.py").touch()
    return place


def loads_or_tells(place, **how):
    lines = ("loaded",)
    try:
        load_site(place / "site.toml", **{"environ": {}, **how})
    except ConfigError as error:
        lines = error.lines
    assert lines
    assert all("\n" not in line for line in lines)


@given(SITES, st.sampled_from([None, "dev"]))
def test_any_values_are_loaded_or_told_to_be_wrong(place, tree, profile):
    text = "".join(f"{toml_key(name)} = {toml_value(value)}\n" for name, value in tree.items())
    (place / "site.toml").write_text(text, encoding="utf-8")
    loads_or_tells(place, profile=profile)


TEMPLATE = every_key_commented_out(title="T", path="/app", file="app.py")


@given(st.integers(0, len(TEMPLATE)), st.integers(0, 9), st.binary(max_size=9))
def test_any_damage_to_a_file_is_told(place, start, length, damage):
    data = TEMPLATE.encode()
    (place / "site.toml").write_bytes(data[:start] + damage + data[start + length :])
    loads_or_tells(place)


KEYS = st.lists(st.sampled_from([*NAMES, "0", "1", "/app"]), min_size=1, max_size=5)
SETTINGS = st.builds(
    lambda steps, value: f"{'.'.join(steps)}={value}", KEYS, TREES.map(toml_value) | st.text()
)


@given(st.lists(SETTINGS | st.text(), max_size=4))
@example(["applications.0.metadata.a.b.c=1", "applications.0.metadata.a.b=2"])
@example(["server={}", "server.bind.x=1", "applications=[]", "applications.0.title=x"])
def test_any_settings_on_the_command_line_are_taken_or_told(place, settings):
    (place / "site.toml").write_text(TEMPLATE, encoding="utf-8")
    loads_or_tells(place, overrides=settings)


VARIABLES = KEYS.map(lambda steps: "DOCSYNC_" + "__".join(steps).upper())


@given(st.dictionaries(VARIABLES, TREES.map(toml_value) | st.text(), max_size=4))
def test_any_environment_is_taken_or_told(place, environ):
    (place / "site.toml").write_text(TEMPLATE, encoding="utf-8")
    loads_or_tells(place, environ=environ)
