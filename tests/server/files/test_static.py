"""Static files over HTTP."""

import gzip

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from docsync_trio.server.files import packing, static_files
from docsync_trio.server.files.static import ExtensionFiles, Folder, StaticFiles
from docsync_trio.server.files.static_conditions import NOTHING, Conditions
from docsync_trio.server.files.static_files import FileCache, StaticFile
from tests.server.memory_client import ask

SCRIPT = b"export const answer = 42;\n" * 200


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "public"
    (root / "js").mkdir(parents=True)
    (root / "js" / "a.js").write_bytes(SCRIPT)
    (root / "short.css").write_bytes(b"p {}")
    (root / ".env").write_bytes(b"SECRET=1")
    (tmp_path / "outside.txt").write_bytes(b"not yours")
    return root


async def fetch(root, file, *, query="", public=False, versions_are_ours=False, sent=None, **how):
    folders = (Folder(root, public=public, versions_are_ours=versions_are_ours),)
    files = StaticFiles(folders, FileCache())

    async def app(scope, receive, send):
        async def sending(event):
            if sent is not None:
                sent.append(event["type"])
            await send(event)

        await files(scope, receive, sending)

    return await ask(app, f"/static/x?{query}", scope={"path_params": {"file": file}}, **how)


async def test_a_file_is_sent_with_its_type_and_a_tag(folder):
    reply = await fetch(folder, "js/a.js")
    assert reply.status == 200
    assert reply.body == SCRIPT
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["etag"].startswith('"')
    assert "access-control-allow-origin" not in reply.headers


async def test_a_client_that_has_the_file_gets_304(folder):
    first = await fetch(folder, "js/a.js")
    for condition in (
        {"if-none-match": first.headers["etag"]},
        {"if-none-match": 'W/"x", W/' + first.headers["etag"]},
        {"if-none-match": "*"},
        {"if-modified-since": first.headers["last-modified"]},
    ):
        again = await fetch(folder, "js/a.js", headers=condition)
        assert again.status == 304
        assert again.headers["etag"] == first.headers["etag"]
    for condition in (
        {"if-none-match": '"other"'},
        {"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"if-modified-since": "nonsense"},
    ):
        assert (await fetch(folder, "js/a.js", headers=condition)).status == 200


UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


@pytest.mark.parametrize(
    ("accepted", "coding", "tag"),
    [
        ("gzip", "gzip", '-gz"'),
        ("gzip, deflate, br, zstd", "br", '-br"'),
        ("br;q=0.5, GZIP", "gzip", '-gz"'),
        ("br;q=0, *", "gzip", '-gz"'),
        ("*", "br", '-br"'),
        ("gzip;q=0", None, '"'),
        ("gzip; q=0.000, br;q=none", None, '"'),
        ("zstd", None, '"'),
        ("", None, '"'),
    ],
)
async def test_it_is_compressed_for_those_who_can_read_that(folder, accepted, coding, tag):
    reply = await fetch(folder, "js/a.js", headers={"accept-encoding": accepted})
    assert reply.headers.get("content-encoding") == coding
    assert UNPACK[coding](reply.body) == SCRIPT
    assert reply.headers["vary"] == "accept-encoding"
    assert reply.headers["etag"].endswith(tag)
    again = {"accept-encoding": accepted, "if-none-match": reply.headers["etag"]}
    assert (await fetch(folder, "js/a.js", headers=again)).status == 304


async def test_without_the_package_of_brotli_gzip_is_the_best(folder, monkeypatch):
    monkeypatch.setattr(packing, "find_spec", lambda _name: None)
    packing.packers.cache_clear()
    try:
        reply = await fetch(folder, "js/a.js", headers={"accept-encoding": "br, gzip"})
    finally:
        packing.packers.cache_clear()
    assert reply.headers["content-encoding"] == "gzip"


async def test_what_is_too_short_to_gain_is_sent_as_it_is(folder):
    reply = await fetch(folder, "short.css", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in reply.headers
    assert reply.body == b"p {}"


@pytest.mark.parametrize(
    ("asked", "status", "start", "stop"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=10-", 206, 10, len(SCRIPT)),
        ("bytes=-10", 206, len(SCRIPT) - 10, len(SCRIPT)),
        ("bytes=0-99999999", 206, 0, len(SCRIPT)),
        ("bytes=99999999-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=9-3", 200, 0, len(SCRIPT)),
        ("bytes=-", 200, 0, len(SCRIPT)),
        ("bytes=0-1,3-4", 200, 0, len(SCRIPT)),
        ("lines=0-1", 200, 0, len(SCRIPT)),
    ],
)
async def test_a_part_of_a_file_can_be_asked_for(folder, asked, status, start, stop):
    reply = await fetch(folder, "js/a.js", headers={"range": asked, "accept-encoding": "gzip"})
    assert reply.status == status
    if status == 206:
        assert reply.body == SCRIPT[start:stop]
        assert reply.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(SCRIPT)}"
    elif status == 416:
        assert reply.headers["content-range"] == f"bytes */{len(SCRIPT)}"


async def test_a_part_of_an_older_version_is_not_mixed_with_the_new(folder):
    tag = (await fetch(folder, "js/a.js")).headers["etag"]
    same = await fetch(folder, "js/a.js", headers={"range": "bytes=0-3", "if-range": tag})
    other = await fetch(folder, "js/a.js", headers={"range": "bytes=0-3", "if-range": '"old"'})
    assert (same.status, other.status) == (206, 200)


async def test_an_address_with_the_version_is_kept_for_ever_and_others_asked_about(folder):
    version = (await fetch(folder, "js/a.js")).headers["etag"].strip('"')
    ours = await fetch(folder, "js/a.js", query=f"v={version}", versions_are_ours=True)
    stale = await fetch(folder, "js/a.js", query="v=older", versions_are_ours=True)
    theirs = await fetch(folder, "js/a.js", query="v=7")
    assert "immutable" in ours.headers["cache-control"]
    assert stale.headers["cache-control"] == "no-cache"
    assert "immutable" in theirs.headers["cache-control"]
    for query in ("", "v=", "x=v=1"):
        reply = await fetch(folder, "js/a.js", query=query)
        assert reply.headers["cache-control"] == "no-cache"


async def test_head_has_the_fields_and_no_body(folder):
    reply = await fetch(folder, "js/a.js", method="HEAD")
    assert reply.status == 200
    assert int(reply.headers["content-length"]) == len(SCRIPT)


async def test_public_files_may_be_read_by_pages_of_any_origin(folder):
    reply = await fetch(folder, "js/a.js", public=True)
    assert reply.headers["access-control-allow-origin"] == "*"


async def test_a_file_too_large_for_memory_is_streamed(folder, monkeypatch):
    monkeypatch.setattr(static_files, "LARGEST_IN_MEMORY", 1000)
    sent = []
    reply = await fetch(folder, "js/a.js", headers={"accept-encoding": "gzip"}, sent=sent)
    assert reply.body == SCRIPT
    assert sent == ["http.response.start", "http.response.body", "http.response.body"]
    part = await fetch(folder, "js/a.js", headers={"range": "bytes=5-8"})
    assert part.body == SCRIPT[5:9]
    assert (await fetch(folder, "js/a.js", method="HEAD")).status == 200


@pytest.mark.parametrize(
    "file",
    [
        "",
        "js",
        "js/",
        "missing.js",
        "../outside.txt",
        "js/../../outside.txt",
        "js/../a.js",
        "./js/a.js",
        "js//a.js",
        "/etc/passwd",
        "//etc/passwd",
        ".env",
        "%2e%2e/outside.txt",
        "..%2foutside.txt",
        "..\\outside.txt",
        "js\\a.js",
        "js/a.js\0",
        "\0",
        "\udcff",
        "x" * 5000,
        "link-out",
        "folder-out/outside.txt",
    ],
)
async def test_nothing_outside_the_folder_is_served(folder, file):
    (folder / "link-out").symlink_to(folder.parent / "outside.txt")
    (folder / "folder-out").symlink_to(folder.parent)
    with pytest.raises(HTTPException) as refused:
        await fetch(folder, file)
    assert refused.value.status_code == 404


async def test_the_first_folder_that_has_the_file_serves_it(folder, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "short.css").write_bytes(b"own")
    app = StaticFiles((Folder(own), Folder(folder)), FileCache())
    assert (await ask(app, "/", scope={"path_params": {"file": "short.css"}})).body == b"own"
    assert (await ask(app, "/", scope={"path_params": {"file": "js/a.js"}})).body == SCRIPT


async def test_extensions_are_served_by_name_even_those_that_come_later(folder):
    directories = {}
    app = ExtensionFiles(directories, FileCache())
    with pytest.raises(HTTPException):
        await ask(app, "/", scope={"path_params": {"file": "gauges/js/a.js"}})
    directories["gauges"] = folder
    reply = await ask(app, "/", scope={"path_params": {"file": "gauges/js/a.js"}})
    assert reply.body == SCRIPT
    for file in ("gauges", "gauges/../outside.txt", "other/js/a.js"):
        with pytest.raises(HTTPException):
            await ask(app, "/", scope={"path_params": {"file": file}})


file = StaticFile(
    path=None,
    identity=(0, 0, 0, 0),
    size=1000,
    modified=0,
    last_modified="Thu, 01 Jan 1970 00:00:00 GMT",
    version="v",
    media_type="text/plain",
    content=b"",
    packed={},
)


@given(st.text(alphabet="bytes=-0123456789, *", max_size=40))
def test_whatever_range_is_asked_for_the_part_lies_in_the_file(asked):
    part = Conditions({b"range": asked}).part(file)
    assert part is None or part == NOTHING or 0 <= part[0] < part[1] <= file.size
