import pathlib
import re

import attrs
import pytest

from docsync_trio.base.errors import ConfigError, Problem
from docsync_trio.config.load import load_bare, load_site, load_text, load_tree
from docsync_trio.config.schema import (
    HandlerSettings,
    KeepAliveSettings,
    MetadataFunction,
    ServerSettings,
    SessionSettings,
    SiteSettings,
    TcpBind,
    UnixBind,
)

WHOLE = """\
#:schema ./site.schema.json
title = "Ocean desk"
[server]
bind = ["127.0.0.1:0", "unix:run/site.sock"]
prefix = "/desk"
allow_origins = ["*.Example.org"]
max_message_size = "1MiB"
keep_alive = { ping = "off", shutdown = "500ms" }
[sessions]
unused_lifetime = "1m"
max_sessions = 7
[[applications]]
path = "/app"
title = "App"
handlers = [{ file = "app.py", argv = ["-n", "2"] }, { function = "apps.more:build" }]
metadata = { function = "apps.about:metadata" }
async = "trio"
hooks = "apps.hooks"
sessions = { max_sessions = 0 }
[[routes]]
path = "/files"
static = "."
[logging]
level = "debug"
"""


def test_a_whole_site_is_read(folder):
    site = folder.load(WHOLE, application=False)
    settings = site.settings
    assert settings.title == "Ocean desk"
    assert settings.server == ServerSettings(
        bind=(TcpBind("127.0.0.1", 0), UnixBind(folder.path / "run/site.sock")),
        prefix="/desk",
        allow_origins=("*.example.org",),
        max_message_size=2**20,
        keep_alive=KeepAliveSettings(ping=float("inf"), shutdown=0.5),
    )
    assert settings.sessions == SessionSettings(unused_lifetime=60.0, max_sessions=7)
    (application,) = settings.applications
    assert application.handlers == (
        HandlerSettings(file=folder.path / "app.py", argv=("-n", "2")),
        HandlerSettings(function="apps.more:build"),
    )
    assert [handler.kind for handler in application.handlers] == ["file", "function"]
    assert application.metadata == MetadataFunction("apps.about:metadata")
    assert (application.async_, application.hooks) == ("trio", "apps.hooks")
    assert settings.routes[0].static == folder.path
    assert settings.logging.level == "debug"
    assert site.source == folder.path / "site.toml"
    assert site.warnings == ()


def test_an_application_overrides_some_session_settings_and_inherits_the_others(folder):
    settings = folder.load(WHOLE, application=False).settings
    wanted = SessionSettings(unused_lifetime=60.0, max_sessions=0)
    assert settings.applications[0].sessions == wanted


def test_what_is_not_said_is_the_default(folder):
    settings = folder.load("").settings
    assert attrs.evolve(settings, applications=()) == SiteSettings()


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(folder):
    lines = folder.wrong(
        """
        title = 3
        [server]
        bind = ["127.0.0.1", "x:70000"]
        keep_alive = { ping = 15, pong = 0, htp = "1s" }
        max_message_size = 20000000
        [sessions]
        sign = "yes"
        max_sessions = -1
        [[applications]]
        path = "sliders"
        handlers = [{ file = "ap.py", json = "x.json" }, { function = "a.b", argv = [] }, {}]
        async = "trioo"
        sessions = { unused_lifetime = "10 m" }
        [loging]
        """,
        application=False,
    )
    at = str(folder.path)
    assert lines == [
        'site.toml:2:9: title: expected a string, not 3; write "3"',
        (
            'site.toml:4:9: server.bind[0]: expected an address such as "127.0.0.1:5006", '
            '"[::1]:5006", "unix:/run/site.sock", "fd://3" or "systemd", not "127.0.0.1"; '
            'add a port: "127.0.0.1:5006"'
        ),
        (
            "site.toml:4:22: server.bind[1]: there is no port 70000; "
            "ports go from 0 (pick one) to 65535"
        ),
        (
            "site.toml:5:23: server.keep_alive.ping: expected a time of 100ms or more, "
            'such as "15s", "5m" or "off", not 15; write "15s"'
        ),
        (
            "site.toml:5:34: server.keep_alive.pong: expected a time of 100ms or more, "
            'such as "15s", "5m" or "off", not 0; write "off"'
        ),
        'site.toml:5:37: server.keep_alive.htp: no such key; did you mean "http"?',
        (
            "site.toml:6:20: server.max_message_size: expected a size of 1kB or more, "
            'such as "64kB" or "20MB", not 20000000; write "20MB"'
        ),
        'site.toml:8:8: sessions.sign: expected true or false, not "yes"; write true',
        "site.toml:9:16: sessions.max_sessions: expected a whole number, 0 or more, not -1",
        (
            'site.toml:11:8: applications[0].path: "sliders" does not start with a slash; '
            'write "/sliders"'
        ),
        (
            'site.toml:12:22: applications[0].handlers[0].file: there is no file "ap.py" in '
            f'{at}; did you mean "app.py"?'
        ),
        (
            "site.toml:12:31: applications[0].handlers[0].json: cannot stand beside file; "
            "make it a handler of its own"
        ),
        'site.toml:12:38: applications[0].handlers[0].json: there is no file "x.json" in ' + at,
        (
            "site.toml:12:63: applications[0].handlers[1].function: expected a name such as "
            '"package.module:function", not "a.b"; write "a:b"'
        ),
        (
            "site.toml:12:70: applications[0].handlers[1].argv: means something only beside "
            "file or directory or notebook; remove it"
        ),
        (
            "site.toml:12:83: applications[0].handlers[2]: needs one of "
            "file, function, json, directory, notebook, bokeh"
        ),
        (
            'site.toml:13:9: applications[0].async: expected "auto", "trio" or "asyncio", '
            'not "trioo"; did you mean "trio"?'
        ),
        (
            "site.toml:14:32: applications[0].sessions.unused_lifetime: expected a time "
            'such as "15s", '
            '"5m" or "off", not "10 m"'
        ),
        'site.toml:15:2: loging: no such key; did you mean "logging"?',
    ]


def test_paths_that_answer_for_each_other_are_wrong(folder):
    lines = folder.wrong(
        """
        [[applications]]
        path = "/buoys/{station:int}"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/buoys/{name}"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/sliders"
        handlers = [{ file = "app.py" }]
        [[routes]]
        path = "/sliders/metadata"
        static = "."
        """,
        application=False,
    )
    assert lines == [
        (
            'site.toml:6:8: applications[1].path: "/buoys/{name}" is also applications[0].path; '
            "give one of them another path"
        ),
        (
            'site.toml:12:8: routes[0].path: "/sliders/metadata" is below applications[2].path, '
            "which serves its own /metadata there; choose another path"
        ),
    ]


def test_a_websocket_may_be_elsewhere_if_nobody_else_is_there(folder):
    site = folder.load(
        """
        [[applications]]
        path = "/buoys/{station:int}"
        websocket_path = "/sockets/{station:int}"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/sliders"
        websocket_path = "live/1"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/usual"
        websocket_path = "ws"
        handlers = [{ file = "app.py" }]
        """
    )
    assert [one.websocket_path for one in site.settings.applications] == [
        "/sockets/{station:int}",
        "live/1",
        "ws",
        "ws",
    ]
    lines = folder.wrong(
        """
        [[applications]]
        path = "/buoys/{station:int}"
        websocket_path = "/sockets/{station}"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/sliders"
        websocket_path = "metadata"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/one"
        websocket_path = "/two"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/two"
        websocket_path = "{x}"
        handlers = [{ file = "app.py" }]
        """,
        application=False,
    )
    assert lines == [
        (
            'site.toml:4:18: applications[0].websocket_path: "/sockets/{station}" needs the '
            'parameters of the page, which is at "/buoys/{station:int}", and no others'
        ),
        (
            'site.toml:8:18: applications[1].websocket_path: "/sliders/metadata" is below '
            "applications[1].path, which serves its own /metadata there; choose another path"
        ),
        (
            'site.toml:12:18: applications[2].websocket_path: "/two" is also '
            "applications[3].path; give one of them another path"
        ),
        'site.toml:16:18: applications[3].websocket_path: "{" cannot stand in a path',
    ]


def test_paths_of_which_each_address_has_one_owner_are_right(folder):
    folder.load(
        """
        [[applications]]
        path = "/{country}"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/{country}/{city}"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/buoys/all"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/x/{number:int}/y"
        handlers = [{ file = "app.py" }]
        [[applications]]
        path = "/x/{id:uuid}/y"
        handlers = [{ file = "app.py" }]
        [[routes]]
        path = "/files"
        static = "."
        """
    )


def test_the_same_path_twice_is_wrong_whatever_its_parameters_are_called(folder):
    lines = folder.wrong(
        """
        [[applications]]
        path = "/a/{x}"
        handlers = [{ file = "app.py" }]
        [[routes]]
        path = "/a/{y}"
        static = "."
        """
    )
    assert lines == [
        (
            'site.toml:6:8: routes[0].path: "/a/{y}" is also applications[0].path; '
            "give one of them another path"
        )
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "site.toml:1:1: the site is empty; add [[applications]] or [[routes]]"),
        (
            "[[applications]]\npath = '/a'",
            ("site.toml:1:1: applications[0].handlers: is missing; "
            'write handlers = [{ file = "apps/sliders.py" }]'),
        ),
        (
            "[[applications]]\npath = '/a'\nhandlers = []",
            ("site.toml:3:12: applications[0].handlers: is empty; "
            'write what fills the document, such as [{ file = "app.py" }]'),
        ),
        (
            "applications = { path = '/a' }",
            ("site.toml:1:16: applications: expected an array of tables, not a table; "
            "put it into [ ]"),
        ),
        ("applications = [1]", "site.toml:1:17: applications[0]: expected a table, not 1"),
        (
            "server = 1\nroutes = [{ path = '/a', static = '.' }]",
            "site.toml:1:10: server: expected a table, not 1",
        ),
        ("profiles = 1\nroutes = [{ path = '/a', static = '.' }]",
         "site.toml:1:12: profiles: expected a table of profiles, not 1"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_line(folder, text, line):
    assert folder.wrong(text, application=False) == [line]


@pytest.mark.parametrize(("text", "place"), [("title = ", "1:9"), ("a = 1\na 2", "2:3")])
def test_what_is_no_toml_is_told_with_its_place(folder, text, place):
    (line,) = folder.wrong(text, application=False)
    assert line.startswith(f"site.toml:{place}: not TOML: ")


def test_nesting_without_bound_is_refused(folder):
    (line,) = folder.wrong(f"title = {'[' * 60}{']' * 60}", application=False)
    assert line == "site.toml: tables or arrays are nested more than 50 deep"
    (line,) = folder.wrong(f"title = {'[' * 600}{']' * 600}", application=False)
    assert line.startswith("site.toml: not TOML that can be read: ")


def test_an_enormous_number_is_no_crash(folder):
    (line,) = folder.wrong(f"title = {'9' * 5000}", application=False)
    assert line.startswith("site.toml: not TOML that can be read: ")


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_byte_order_mark_and_windows_lines_are_fine(folder, newline):
    folder.write("title = 'x'")
    data = (folder.path / "site.toml").read_bytes().replace(b"\n", newline)
    (folder.path / "site.toml").write_bytes(b"\xef\xbb\xbf" + data)
    assert load_site(folder.path / "site.toml", environ={}).settings.title == "x"


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda p: None, "there is no such file; `docsync init` makes a site to start from"),
        (lambda p: p.mkdir(), "cannot be read: Is a directory"),
        (lambda p: p.write_bytes(b"a = 1\nb = '\xff'"), "not UTF-8; save the file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path, make, line):
    make(tmp_path / "site.toml")
    with pytest.raises(ConfigError, match=re.escape(line)):
        load_site(tmp_path / "site.toml", environ={})


def test_the_place_where_utf8_ends_is_told(tmp_path):
    (tmp_path / "site.toml").write_bytes("a = 1\né = '".encode() + b"\xff'")
    with pytest.raises(ConfigError, match=r"site.toml:2:6: not UTF-8"):
        load_site(tmp_path / "site.toml", environ={})


def test_problems_that_are_found_later_get_their_place(folder):
    site = folder.load("")
    error = site.explain([Problem(("applications", 0, "handlers", 0, "file"), "line 3: bad")])
    assert str(error) == (
        f"{folder.path}/site.toml:4:22: applications[0].handlers[0].file: line 3: bad"
    )


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        ("my app.py", "file", "/my-app"),
        ("tour.ipynb", "notebook", "/tour"),
        ("d", "directory", "/d"),
    ],
)
def test_a_bare_application_is_a_site(tmp_path, name, kind, path):
    bare = tmp_path / name
    if kind == "directory":
        bare.mkdir()
    else:
        bare.touch()
    site = load_bare(bare, overrides=["server.bind=:0"], environ={"DOCSYNC_TITLE": "T"})
    (application,) = site.settings.applications
    assert application.path == path
    assert getattr(application.handlers[0], kind) == bare
    assert site.settings.server.bind == (TcpBind("", 0),)
    assert site.settings.title == "T"
    assert site.source is None
    error = site.explain([Problem(("applications", 0, "handlers", 0, kind), "broken")])
    assert str(error) == f"{bare}: applications[0].handlers[0].{kind}: broken"


@pytest.mark.parametrize("name", ["nothere.py", "x.txt"])
def test_what_is_no_application_is_refused(tmp_path, name):
    (tmp_path / "x.txt").touch()
    with pytest.raises(ConfigError, match=r"no such file or directory|no application; expected"):
        load_bare(tmp_path / name, environ={})


def test_a_relative_path_of_the_site_file_itself_does_not_matter(folder, monkeypatch):
    folder.write("")
    monkeypatch.chdir(folder.path.parent)
    name = pathlib.Path(folder.path.name, "site.toml")
    site = load_site(name, environ={})
    assert site.settings.applications[0].handlers[0].file == folder.path / "app.py"


def test_a_text_is_read_as_the_file_that_it_would_be(tmp_path):
    (tmp_path / "app.py").touch()
    text = '[[applications]]\npath = "/a"\nhandlers = [{ file = "app.py" }]\n'

    site = load_text(text, tmp_path / "site.toml", overrides=["title=Desk"], environ={})

    assert site.settings.title == "Desk"
    assert site.settings.applications[0].handlers[0].file == tmp_path / "app.py"
    with pytest.raises(ConfigError) as wrong:
        load_text(f"colour = 1\n{text}", tmp_path / "site.toml", environ={})
    assert wrong.value.lines[0].startswith(f"{tmp_path}/site.toml:1:1: colour: no such key")


def test_tables_made_in_python_are_read_as_those_of_a_file(tmp_path):
    (tmp_path / "app.py").touch()
    tree = {"applications": [{"path": "/a", "handlers": [{"file": "app.py"}]}]}

    site = load_tree(tree, tmp_path / "site", overrides=["title=Desk"], environ={})

    assert site.settings.title == "Desk"
    assert site.settings.applications[0].handlers[0].file == tmp_path / "app.py"
    tree["applications"][0]["lingr"] = 3
    with pytest.raises(ConfigError, match=r"site: applications\[0\].lingr: no such key"):
        load_tree(tree, tmp_path / "site", environ={})
