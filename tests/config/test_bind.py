"""Where a site may listen, as its file says it."""

import tomllib

import jsonschema
import pytest

from docsync_trio.config.bind import UnixBind
from docsync_trio.config.json_schema import json_schema
from docsync_trio.config.show import rows

SOCKET = '{ unix = "run/site.sock", mode = "660", owner = "www-data", group = "33" }'


def test_a_unix_socket_has_a_mode_and_an_owner(folder):
    site = folder.load(f"[server]\nbind = [{SOCKET}]")

    path = folder.path / "run/site.sock"
    assert site.settings.server.bind == (UnixBind(path, 0o660, "www-data", "33"),)
    (shown,) = [row.value for row in rows(site) if row.key == "server.bind"]
    assert tomllib.loads(f"bind = {shown}")["bind"] == {
        "unix": str(path),
        "mode": "660",
        "owner": "www-data",
        "group": "33",
    }


def test_what_is_wrong_with_a_socket_is_told_where_it_is(folder):
    (line,) = folder.wrong('[server]\nbind = [":1", { unix = "/x", mode = 660 }]')

    assert line.startswith("site.toml:2:37: server.bind[1].mode: expected octal digits")


@pytest.mark.parametrize(
    ("text", "is_right"),
    [(SOCKET, True), ('"systemd:web"', True), ('{ unix = "/x", user = "a" }', False), ("3", False)],
)
def test_editors_know_what_may_stand_there(text, is_right):
    tree = tomllib.loads(f"server.bind = {text}")

    problems = jsonschema.Draft202012Validator(json_schema()).iter_errors(tree)
    found = any("bind" in error.path for error in problems)
    assert found is not is_right


@pytest.mark.parametrize(
    ("server", "monitoring", "told"),
    [
        (
            '[":1", "systemd", ":1"]',
            '":2"',
            "server.bind[2]: :1 is there already, as server.bind[0]",
        ),
        ('"fd://3"', '"fd://3"', "monitoring.bind: fd://3 is there already, as server.bind"),
        ('["unix:/a", { unix = "/a", mode = "660" }]', '":2"', "unix:/a is there already"),
        (
            '"systemd"',
            '"systemd:own"',
            'what this does; give each a name of its own: "systemd:NAME"',
        ),
        ('"systemd:own"', '"systemd"', "server.bind takes from systemd"),
        (
            '[":1", "127.0.0.1:1"]',
            '":2"',
            "server.bind[0] (:1) and 127.0.0.1:1 are one port at the same address; keep one",
        ),
        ('["[::1]:1", "[::]:1"]', '":2"', "[::1]:1) and [::]:1 are one port"),
        ('"0.0.0.0:1"', '"localhost:1"', "server.bind (0.0.0.0:1) and localhost:1 are one port"),
    ],
)
def test_what_is_there_twice_is_told(folder, server, monitoring, told):
    (line,) = folder.wrong(f"server.bind = {server}\nmonitoring.bind = {monitoring}")

    assert told in line


@pytest.mark.parametrize(
    ("server", "monitoring"),
    [
        ('[":0", ":0"]', '":0"'),
        ('"systemd:web"', '"systemd:own"'),
        ('["0.0.0.0:1", "[::]:1"]', '"127.0.0.1:2"'),
        ('["0.0.0.0:1", "[::1]:1"]', '"elsewhere:1"'),
    ],
)
def test_what_is_not_the_same_may_stand_together(folder, server, monitoring):
    assert folder.load(f"server.bind = {server}\nmonitoring.bind = {monitoring}").settings
