import tomllib

from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.config.show import rows
from docsync_trio.config.spelling import toml_key, toml_value


def test_every_value_is_shown_with_its_origin(folder):
    site = folder.load(
        """
        [server]
        bind = ":0"
        [sessions]
        secret_key = "do not look"
        """,
        environ={"DOCSYNC_TITLE": "Desk"},
        overrides=["applications.0.sessions.max_sessions=2"],
    )
    place = f"{folder.path}/site.toml"
    shown = {row.key: (row.value, row.origin) for row in rows(site)}
    assert shown["title"] == ('"Desk"', "environment DOCSYNC_TITLE")
    assert shown["server.bind"] == ('":0"', f"{place}:3:1")
    assert shown["server.keep_alive.ping"] == ('"25s"', "default")
    assert shown["sessions.secret_key"] == ('"********"', f"{place}:5:1")
    assert shown["applications[0].handlers[0].file"][0] == f'"{folder.path}/app.py"'
    assert "applications[0].handlers[0].function" not in shown
    assert shown["applications[0].hooks"] == ("(not set)", "default")
    assert shown["applications[0].sessions.max_sessions"] == ("2", "--set")
    assert "applications[0].sessions.sign" not in shown


def test_a_secret_is_in_no_text_of_the_settings(folder):
    site = folder.load("[sessions]\nsecret_key = { env = 'KEY' }", environ={"KEY": "do not look"})
    assert site.settings.sessions.secret_key == "do not look"
    assert "do not look" not in repr(site)
    assert "do not look" not in str(rows(site))


def test_a_literal_secret_is_warned_about_without_being_shown(folder):
    site = folder.load("[sessions]\nsecret_key = 'do not look'")
    assert site.warnings == (
        (
            f"{folder.path}/site.toml:2:14: sessions.secret_key: a secret in plain sight; "
            'write { env = "NAME" } or { file = "path" }'
        ),
    )
    environ = {"DOCSYNC_SESSIONS__SECRET_KEY": "do not look"}
    assert folder.load("", environ=environ).warnings == ()


TEXT = st.text(st.characters(exclude_categories=("Cs",)))
VALUES = st.recursive(
    TEXT | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.datetimes() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(TEXT, VALUES)
def test_what_is_written_as_toml_is_read_back(name, value):
    assert tomllib.loads(f"{toml_key(name)} = {toml_value(value)}") == {name: value}
