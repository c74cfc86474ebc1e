import datetime as dt
import pathlib
import re
from ipaddress import ip_network

import pytest

from docsync_trio.config.bind import BindAddress, FdBind, SystemdBind, TcpBind, UnixBind
from docsync_trio.config.kind import KindError, Surroundings, shown
from docsync_trio.config.lists import FreeTable, ListOf, OneOrMore
from docsync_trio.config.names import FunctionName, Metadata, ModuleName, Secret
from docsync_trio.config.places import ExistingPath, OriginPattern, UrlPath, UrlPrefix
from docsync_trio.config.scalars import Choice, Duration, Flag, Size, Text, Whole
from docsync_trio.config.trusted import TrustedProxy

ENORMOUS = 10**1000


@pytest.fixture
def around(tmp_path):
    (tmp_path / "app.py").touch()
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "secret").write_text("from file\n", encoding="utf-8")
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff")
    return Surroundings(tmp_path, {"KEY": "from environment", "EMPTY": ""})


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (BindAddress(), "127.0.0.1:80", TcpBind("127.0.0.1", 80)),
        (BindAddress(), "example.org:0", TcpBind("example.org", 0)),
        (BindAddress(), ":80", TcpBind("", 80)),
        (BindAddress(), "[::1]:80", TcpBind("::1", 80)),
        (BindAddress(), "unix:/run/x y.sock", UnixBind(pathlib.Path("/run/x y.sock"))),
        (BindAddress(), "fd://3", FdBind(3)),
        (BindAddress(), "systemd", SystemdBind()),
        (BindAddress(), "systemd:web.socket", SystemdBind("web.socket")),
        (BindAddress(), {"unix": "/run/x"}, UnixBind(pathlib.Path("/run/x"))),
        (
            OneOrMore(BindAddress()),
            {"unix": "/run/x", "mode": "0660", "owner": "0", "group": "www-data"},
            (UnixBind(pathlib.Path("/run/x"), 0o660, "0", "www-data"),),
        ),
        (TrustedProxy(), "unix", "unix"),
        (TrustedProxy(), "127.0.0.1", ip_network("127.0.0.1/32")),
        (TrustedProxy(), "10.0.0.0/8", ip_network("10.0.0.0/8")),
        (TrustedProxy(), "2001:db8::/32", ip_network("2001:db8::/32")),
        (OneOrMore(Whole()), [1, 2], (1, 2)),
        (OneOrMore(Text()), "a", ("a",)),
        (UrlPath(), "/", "/"),
        (UrlPath(), "/a/{b}/{c:uuid}", "/a/{b}/{c:uuid}"),
        (UrlPath(), "/a/{b}/{c:path}", "/a/{b}/{c:path}"),
        (UrlPath(rest=True), "/a/{b:float}/{c:path}", "/a/{b:float}/{c:path}"),
        (UrlPath(), "/statics", "/statics"),
        (UrlPrefix(), "", ""),
        (OriginPattern(), "Example.org:8080", "example.org:8080"),
        (OriginPattern(), "*.example.org", "*.example.org"),
        (OriginPattern(), "[::1]:80", "[::1]:80"),
        (FunctionName(), "a.b:c", "a.b:c"),
        (FunctionName(), "a:C.method", "a:C.method"),
        (ModuleName(), "a.b", "a.b"),
        (Metadata(), {"function": "a:b", "c": 1}, {"function": "a:b", "c": 1}),
        (Secret(), "literal", "literal"),
        (Secret(), {"env": "KEY"}, "from environment"),
        (Secret(), {"file": "secret"}, "from file"),
        (FreeTable(), {"a": 1}, {"a": 1}),
        (Duration(), "0s", 0.0),
        (Whole(), 0, 0),
    ],
)
def test_a_value_is_read(kind, value, read, around):
    assert kind.read(value, around) == read


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (TrustedProxy(), True, 'expected an address such as "10.0.0.7", a network such as'),
        (TrustedProxy(), "*", "would let every visitor write their own address"),
        (TrustedProxy(), "10.0.0.1/8", 'is an address inside of 10.0.0.0/8; write "10.0.0.0/8"'),
        (TrustedProxy(), "proxy.example.org", "names are not looked up"),
        (TrustedProxy(), "300.1.1.1", 'not "300.1.1.1"'),
        (Text(), True, "expected a string, not true"),
        (Text(), 1.5, 'expected a string, not 1.5; write "1.5"'),
        (Text(), dt.date(2026, 1, 2), "expected a string, not 2026-01-02"),
        (Text(), ENORMOUS, "not a very large number"),
        (Text(), {}, "not a table"),
        (Flag(), 1, "expected true or false, not 1"),
        (Flag(), "Off", "write false"),
        (Whole(), True, "a whole number, 0 or more, not true"),
        (Whole(), "5", "write 5, without quotes"),
        (Whole(), 5.0, "not 5.0"),
        (Whole(1), 0, "1 or more, not 0"),
        (Whole(1, most=9), 10, "a whole number from 1 to 9, not 10"),
        (Duration(1.0), "10ms", 'a time of 1s or more, such as "15s", "5m" or "off", not "10ms"'),
        (Duration(), 0, 'not 0; write "0s"'),
        (Duration(), 1.5, 'write "1500ms"'),
        (Duration(), False, 'write "off"'),
        (Duration(), True, "not true"),
        (Duration(), float("nan"), "not nan"),
        (Duration(), -1, "not -1"),
        (Size(), "20mb", 'not "20mb"'),
        (Size(1000), "1B", "of 1kB or more"),
        (Size(), ENORMOUS, "not a very large number"),
        (Choice(("a", "b", "c")), "A", 'expected "a", "b" or "c", not "A"; did you mean "a"?'),
        (Choice(("a", "b")), 1, 'expected "a" or "b", not 1'),
        (ListOf(Text()), "a", "put it into [ ]"),
        (OneOrMore(Text()), [], "an empty array; expected at least a string"),
        (OneOrMore(Text()), 1, "expected a string, or an array of such, not 1"),
        (BindAddress(), "5006", 'write "127.0.0.1:5006", or ":5006" for all interfaces'),
        (BindAddress(), "http://a.org:80/", 'write "a.org:80"'),
        (BindAddress(), "/run/x.sock", 'write "unix:/run/x.sock"'),
        (BindAddress(), "::1", "an IPv6 address stands in brackets"),
        (BindAddress(), "a b:80", "expected an address"),
        (BindAddress(), "unix:", "expected an address"),
        (BindAddress(), "fd://x", "expected an address"),
        (BindAddress(), "systemd socket", 'write "systemd", or "systemd:NAME"'),
        (BindAddress(), {}, "expected an address"),
        (BindAddress(), {"unix": 3}, 'expected a path, such as "/run/site.sock", not 3'),
        (BindAddress(), {"unix": "/"}, 'expected a path, such as "/run/site.sock", not "/"'),
        (BindAddress(), {"unix": "/x", "user": "a"}, "a socket has unix, mode, owner, group"),
        (BindAddress(), {"unix": "/x", "mode": 660}, 'octal digits in quotes, such as "660", not'),
        (BindAddress(), {"unix": "/x", "mode": "680"}, "expected octal digits"),
        (BindAddress(), {"unix": "/x", "mode": "1777"}, "expected octal digits"),
        (BindAddress(), {"unix": "/x", "owner": ""}, 'expected a name such as "www-data"'),
        (BindAddress(), {"unix": "/x", "group": 33}, "or a number in quotes, not 33"),
        (UrlPath(), "/a/", 'ends with a slash; write "/a"'),
        (UrlPath(), "//", 'ends with a slash; write "/"'),
        (UrlPath(), "/a b", '" " cannot stand in a path; a parameter is written {name}'),
        (UrlPath(), "/a/{b", '"{" cannot stand in a path'),
        (UrlPath(), "/a/{}", "{} has no name of letters"),
        (UrlPath(), "/a/{b c}", "{b c} has no name of letters"),
        (UrlPath(), "/a/{b}/{b:int}", "{b} stands twice in the path"),
        (
            UrlPath(),
            "/a/{b:flat}",
            'str, int, float, uuid and path, no "flat"; did you mean "float"?',
        ),
        (UrlPath(), "/a/{b:path}/c", "takes all further parts; let it be the last part"),
        (UrlPath(rest=True), "/a/{b:x}", 'int, float, uuid and path, no "x"'),
        (UrlPath(), "/a?b", '"?" cannot stand in a path'),
        (UrlPath(), "/a/../b", 'has an empty, "." or ".." part'),
        (UrlPath(), "/static/x", '"/static" is served by docsync itself'),
        (UrlPath(), 1, "expected a path that starts with a slash"),
        (UrlPrefix(), "/", '"/" is no prefix; write ""'),
        (UrlPrefix(), "a", 'write "/a"'),
        (UrlPrefix(), "/{a}", '"{" cannot stand in a path'),
        (OriginPattern(), "*", "name the hosts"),
        (OriginPattern(), "https://a.org/b", 'write "a.org"'),
        (OriginPattern(), "a.*.org", "expected a host"),
        (ExistingPath(), "", "expected the path of a file"),
        (ExistingPath(), "a\0b", "expected the path of a file"),
        (ExistingPath(), "x" * 5000, "there is no file"),
        (ExistingPath(), "folder.py", '"folder.py" is no file'),
        (ExistingPath(), "ap.py", 'did you mean "app.py"?'),
        (ExistingPath(), "none/app.py", "there is no file"),
        (ExistingPath(suffixes=(".py",)), "x.txt", "the path of a .py file"),
        (ExistingPath(folder=True), "app.py", '"app.py" is no folder'),
        (FunctionName(), "a.b.c", 'write "a.b:c"'),
        (FunctionName(), "a:b:c", 'a name such as "package.module:function"'),
        (ModuleName(), "apps/hooks.py", "a module's name has no .py and no slashes"),
        (Metadata(), {"function": 1}, "expected a name such as"),
        (Metadata(), "x", "expected a table, or { function ="),
        (Secret(), "", "is empty"),
        (Secret(), {"env": "NONE"}, "the environment variable NONE is not set"),
        (Secret(), {"env": "EMPTY"}, "the environment variable EMPTY is empty"),
        (Secret(), {"file": "none"}, "No such file"),
        (Secret(), {"file": "empty"}, "is empty; put the secret into it"),
        (Secret(), {"file": "binary"}, "not UTF-8 text"),
        (Secret(), {"file": "a\0b"}, "cannot read the secret"),
        (Secret(), {"env": "KEY", "file": "x"}, "expected { env"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_instead(kind, value, text, around):
    with pytest.raises(KindError, match=re.escape(text)):
        kind.read(value, around)


def test_a_wrong_secret_is_never_shown(around):
    for value in (12345678, ["12345678"], {"evn": "12345678"}):
        with pytest.raises(KindError) as caught:
            Secret().read(value, around)
        assert "12345678" not in str(caught.value)


def test_all_wrong_items_of_a_list_are_told(around):
    with pytest.raises(ExceptionGroup) as caught:
        ListOf(ListOf(Text())).read([["a"], 2, "b"], around)
    assert [error.at for error in caught.value.exceptions] == [(1,), (2,)]


def test_without_looking_nothing_need_be_there():
    around = Surroundings(pathlib.Path("/nowhere"), {}, look=False)
    assert ExistingPath().read("app.py", around) == pathlib.Path("/nowhere/app.py")
    assert Secret().read({"env": "NONE"}, around) == ""
    assert Secret().read({"file": "none"}, around) == ""


def test_a_long_value_is_shown_in_part():
    assert len(shown("x" * 1000)) < 80
