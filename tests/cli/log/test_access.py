"""Lines about requests: how they look, where they go, and a file that is moved away."""

import io
import json
import time

import attrs
import pytest

from docsync_trio.base.errors import ServerError
from docsync_trio.base.log_owner import short_session
from docsync_trio.base.traffic import Traffic
from docsync_trio.cli.log.access import open_access_log
from docsync_trio.cli.log.access_line import access_fields, access_text, combined_line, json_line
from docsync_trio.cli.log.stream import open_log
from docsync_trio.cli.log.watched_file import WatchedFile
from docsync_trio.config.schema import LoggingSettings
from docsync_trio.server.visits.answered import Answered

PAGE = Answered(
    at=1777888800.25,
    peer="203.0.113.7",
    method="GET",
    target="/sliders?x=1",
    agent="Mozilla/5.0",
    status=200,
    size=5123,
    seconds=0.0123,
    request="r1",
    application="/sliders",
    session="4f3a2b1c9d8e7f",
)
WEBSOCKET = attrs.evolve(
    PAGE,
    target="/sliders/ws",
    status=101,
    size=0,
    seconds=62.5,
    traffic=Traffic(messages_in=3, bytes_in=900, messages_out=5, bytes_out=2_500_000),
    close_code=1001,
)


@pytest.fixture
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_people_read_a_sentence():
    assert access_text(PAGE) == "203.0.113.7 GET /sliders?x=1: 200, 5.1 kB in 12 ms"
    cut = attrs.evolve(PAGE, status=0, whole=False, size=0, user="jo")
    assert access_text(cut).endswith("7 jo GET /sliders?x=1: no answer, 0 B and no more in 12 ms")
    assert access_text(WEBSOCKET).endswith(
        "GET /sliders/ws: 101, 3 messages (900 B) in, 5 (2.5 MB) out, closed with 1001 after 62.5 s"
    )
    assert "no request: 408" in access_text(Answered(at=0, peer="p", status=408))


def test_programs_read_fields_and_nothing_that_opens_a_session():
    fields = access_fields(PAGE)
    assert fields["session"] == short_session(PAGE.session)
    assert "4f3a2b1c9d8e7f" not in json.dumps(fields)
    assert (fields["status"], fields["size"], fields["seconds"]) == (200, 5123, 0.0123)
    assert not {"user", "referer", "trace", "whole", "code", "bytes_in"} & set(fields)
    told = access_fields(attrs.evolve(WEBSOCKET, whole=False, trace="t"))
    assert (told["code"], told["messages_out"], told["bytes_in"]) == (1001, 5, 900)
    assert (told["whole"], told["trace"]) == (False, "t")
    assert json.loads(json_line(PAGE))["timestamp"] == "2026-05-04T10:00:00.250000Z"


@pytest.mark.usefixtures("utc")
def test_tools_read_apaches_format():
    assert combined_line(PAGE) == (
        '203.0.113.7 - - [04/May/2026:10:00:00 +0000] "GET /sliders?x=1 HTTP/1.1" 200 5123 '
        '"-" "Mozilla/5.0"'
    )
    assert ' 101 2500000 "-"' in combined_line(WEBSOCKET)
    nothing = combined_line(Answered(at=0, peer="p", status=408))
    assert nothing == 'p - - [01/Jan/1970:00:00:00 +0000] "-" 408 - "-" "-"'


def test_nobody_outside_can_forge_a_line():
    forged = 'x" 200 1\n1.2.3.4 - - \\ é'
    line = combined_line(
        attrs.evolve(PAGE, agent=forged, target=forged, user="jo hn", referer=forged)
    )

    assert "\n" not in line
    assert line.isascii()
    assert " - jo\\x20hn [" in line
    assert line.count('"') - line.count('\\"') == 6
    assert line.endswith('"x\\" 200 1\\x0a1.2.3.4 - - \\\\ \\xc3\\xa9"')


def logged(settings, *answered):
    stream = io.StringIO()
    with open_log(settings, stream), open_access_log(settings) as tell:
        for one in answered:
            tell(one)
    return stream.getvalue()


def test_nobody_who_has_not_asked_gets_them():
    with open_access_log(LoggingSettings()) as tell:
        assert tell is None


def test_they_are_lines_of_the_log_whatever_its_level():
    console = logged(LoggingSettings(access=True, level="error"), PAGE)
    assert console.endswith(f" info    /sliders 4f3a2b1c  {access_text(PAGE)}\n")
    entry = json.loads(logged(LoggingSettings(access=True, format="json"), PAGE))
    assert entry["logger"] == "docsync_trio.access"
    assert (entry["request"], entry["application"], entry["level"]) == ("r1", "/sliders", "info")


@pytest.mark.parametrize("form", ["combined", "json"])
def test_they_are_in_a_file_of_their_own_and_in_the_log(tmp_path, form):
    path = tmp_path / "access.log"
    settings = LoggingSettings(access=True, access_file=path, access_format=form)

    assert access_text(PAGE) in logged(settings, PAGE, WEBSOCKET)

    line_of = {"combined": combined_line, "json": json_line}[form]
    assert path.read_text().splitlines() == [line_of(PAGE), line_of(WEBSOCKET)]
    assert path.stat().st_mode & 0o007 == 0
    logged(attrs.evolve(settings, access=False), PAGE)
    assert len(path.read_text().splitlines()) == 3


def test_a_file_that_cannot_be_written_is_told_with_its_key(tmp_path):
    settings = LoggingSettings(access_file=tmp_path)

    with pytest.raises(ServerError, match=r"logging\.access_file: .* Is a directory") as raised:
        logged(settings)
    assert raised.value.status == 2


def test_a_file_that_was_moved_away_is_opened_anew(tmp_path):
    path, moved = tmp_path / "access.log", tmp_path / "access.log.1"
    file = WatchedFile(path)

    def say(text):
        file.write(f"{text}\n")
        file.flush()

    say("one")
    path.rename(moved)
    say("two")
    path.unlink()
    say("three")
    path.write_text("")  # as `copytruncate` does
    say("four")
    file.close()
    say("five")
    file.close()

    assert moved.read_text() == "one\n"
    assert path.read_text() == "four\nfive\n"


def test_a_folder_that_goes_and_comes_back_costs_lines_and_nothing_else(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    file = WatchedFile(folder / "access.log")
    (folder / "access.log").unlink()
    folder.rmdir()
    with pytest.raises(OSError, match="No such file"):
        file.write("lost\n")
    file.flush()
    folder.mkdir()

    file.write("found\n")
    file.close()

    assert (folder / "access.log").read_text() == "found\n"
