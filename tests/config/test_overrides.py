import pytest

from docsync_trio.config.overrides import parse_setting, parse_value
from docsync_trio.config.schema import TcpBind


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("true", True),
        ('"1"', "1"),
        ("[1, 2]", [1, 2]),
        ("{ a = 1 }", {"a": 1}),
        ("plain words", "plain words"),
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("15s", "15s"),
        ("", ""),
        ("1\nother = 2", "1\nother = 2"),
        ("[" * 100 + "]" * 100, "[" * 100 + "]" * 100),
        ("[" * 1000, "[" * 1000),
    ],
)
def test_a_value_is_toml_or_else_a_string(text, value):
    assert parse_value(text) == value


@pytest.mark.parametrize(
    ("setting", "steps", "value"),
    [
        ("title=Desk", ("title",), "Desk"),
        ("server.keep_alive.ping = 5s", ("server", "keep_alive", "ping"), "5s"),
        ("applications.0.title=x", ("applications", "0", "title"), "x"),
        ("applications[0].handlers[1].argv=[]", ("applications", "0", "handlers", "1", "argv"), []),
        ("applications./a.title==", ("applications", "/a", "title"), "="),
        ('applications."/a.b".title=1', ("applications", "/a.b", "title"), 1),
    ],
)
def test_a_setting_names_a_key(setting, steps, value):
    override = parse_setting(setting)
    assert (override.steps, override.value) == (steps, value)


@pytest.mark.parametrize("setting", ["", "title", "=1", "a..b=1", ".a=1", "a.=1", "[0]=1", "a b=1"])
def test_what_is_no_setting_is_told(folder, setting):
    assert parse_setting(setting) is None
    (line,) = folder.wrong("", overrides=[setting])
    assert line.startswith("--set: ")
    assert line.endswith("no key with a value; write key=value")


PROFILES = """
title = "file"
[profiles.dev]
title = "profile"
server.bind = ":1"
"""


def test_later_sources_win(folder):
    def title(**how):
        return folder.load(PROFILES, **how).settings.title

    environ = {"DOCSYNC_TITLE": "environment"}
    assert title() == "file"
    assert title(profile="dev") == "profile"
    assert title(profile="dev", environ=environ) == "environment"
    assert title(profile="dev", environ=environ, overrides=["title=line"]) == "line"
    assert title(overrides=["title=line", "title=again"]) == "again"


def test_every_value_tells_where_it_came_from(folder):
    site = folder.load(
        PROFILES,
        profile="dev",
        environ={"DOCSYNC_SERVER__PREFIX": "/x"},
        overrides=["sessions.sign=false"],
    )
    origins = {path: str(origin).split("/")[-1] for path, origin in site.origins.items()}
    assert origins["title",] == "site.toml:4:1 (profile dev)"
    assert origins["server", "bind"] == "site.toml:5:8 (profile dev)"
    assert origins["server", "prefix"] == "environment DOCSYNC_SERVER__PREFIX"
    assert origins["sessions", "sign"] == "--set"
    assert origins["applications", 0, "path"] == "site.toml:8:1"
    assert ("logging", "level") not in origins


def test_tables_merge_and_single_values_replace(folder):
    site = folder.load(
        """
        [server]
        bind = ":1"
        keep_alive = { ping = "1s", pong = "2s" }
        [sessions]
        secret_key = { file = "nothere" }
        [profiles.dev]
        server.keep_alive.ping = "3s"
        sessions.secret_key = { env = "KEY" }
        """,
        profile="dev",
        environ={"KEY": "k", "DOCSYNC_SERVER__KEEP_ALIVE": '{ http = "9s" }'},
        overrides=["applications./app.title=Hello there", "applications[0].async=trio"],
    )
    server = site.settings.server
    assert server.bind == (TcpBind("", 1),)
    keep_alive = server.keep_alive
    assert (keep_alive.ping, keep_alive.pong, keep_alive.http) == (3.0, 2.0, 9.0)
    assert site.settings.sessions.secret_key == "k"
    assert site.settings.applications[0].title == "Hello there"
    assert site.settings.applications[0].async_ == "trio"


def test_a_mistake_in_an_override_names_its_origin(folder):
    lines = folder.wrong(
        "",
        environ={
            "DOCSYNC_SERVR__BIND": "x",
            "DOCSYNC_LOGGING__LEVEL": "warn",
            "DOCSYNC_TITLE": "2",
        },
        overrides=[
            "sessions.sing=true",
            "applications.5.title=x",
            "applications.nope.title=x",
            "title.x=1",
        ],
    )
    assert lines == [
        "--set: applications.5.title: there is no element 5; the last is 0",
        (
            "--set: applications.nope.title: name an element of this array by its number "
            '(0 is the first) or its "/path"'
        ),
        '--set: sessions.sing: no such key; did you mean "sign"?',
        "--set: title.x: title is a single value; there is nothing below it",
        (
            'environment DOCSYNC_LOGGING__LEVEL: logging.level: expected "debug", "info", '
            '"warning" '
            'or "error", not "warn"; did you mean "warning"?'
        ),
        'environment DOCSYNC_SERVR__BIND: servr: no such key; did you mean "server"?',
        'environment DOCSYNC_TITLE: title: expected a string, not 2; write "2"',
    ]


def test_variables_that_are_no_keys_are_left_alone_and_near_misses_warned_about(folder):
    site = folder.load(
        '[sessions]\nsecret_key = { env = "DOCSYNC_SERVER_PREFIX" }',
        environ={
            "DOCSYNC_SECRET_KEY": "a",
            "DOCSYNC_SERVER_PREFIX": "used, so not doubtful",
            "DOCSYNC_SERVER_BIND": ":1",
            "PATH": "/bin",
        },
    )
    assert site.warnings == (
        "environment DOCSYNC_SERVER_BIND: is not read; did you mean DOCSYNC_SERVER__BIND?",
    )
