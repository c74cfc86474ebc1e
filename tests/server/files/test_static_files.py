"""Files below a folder, and nothing from outside it."""

import os

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docsync_trio.server.files import static_files
from docsync_trio.server.files.static_files import FileCache, confine, media_type_of, version_of


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    base = tmp_path_factory.mktemp("tree")
    root = base / "root"
    (root / "a" / "b").mkdir(parents=True)
    for name in ("root/f", "root/a/f", "root/a/b/f", "f", "secret"):
        (base / name).write_text(name)
    (root / "a" / "up").symlink_to("../..")
    (root / "a" / "same").symlink_to("b/f")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    return root


parts = st.sampled_from(
    ["a", "b", "f", "..", ".", "", "up", "same", "secret", "loop", "%2e%2e", "..\\", "\0", "root"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
@given(st.lists(parts, max_size=6).map("/".join) | st.text(max_size=8))
def test_no_path_leads_out_of_the_folder(tree, relative):
    path = confine(tree, relative)
    assert path is None or (path.is_relative_to(tree.resolve()) and path.is_file())


def test_a_link_that_stays_inside_is_followed(tree):
    assert confine(tree, "a/same") == (tree / "a" / "b" / "f").resolve()


@pytest.mark.parametrize("relative", ["pipe", "a", "a/up/secret", "loop", "f/g"])
def test_only_regular_files_are_files(tree, relative):
    assert confine(tree, relative) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.min.js.map", "application/json; charset=utf-8"),
        ("a.CSS", "text/css; charset=utf-8"),
        ("a.woff2", "font/woff2"),
        ("a.wasm", "application/wasm"),
        ("a.png", "image/png"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a", "application/octet-stream"),
    ],
)
def test_a_browser_is_told_the_type_it_insists_on(tmp_path, name, kind):
    assert media_type_of(tmp_path / name) == kind


async def test_a_file_that_changed_is_read_again_and_a_deleted_one_is_gone(tmp_path):
    cache = FileCache()
    (tmp_path / "x").write_bytes(b"one")
    first = await cache.find(tmp_path, "x")
    assert await cache.find(tmp_path, "x") is first
    (tmp_path / "x").write_bytes(b"three")
    second = await cache.find(tmp_path, "x")
    assert second.content == b"three"
    assert second.version != first.version
    (tmp_path / "x").unlink()
    assert await cache.find(tmp_path, "x") is None


async def test_a_link_turned_to_the_outside_is_not_served_from_memory(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "good").write_bytes(b"good")
    (tmp_path / "secret").write_bytes(b"secret")
    (root / "link").symlink_to("good")
    cache = FileCache()
    assert (await cache.find(root, "link")).content == b"good"
    (root / "link").unlink()
    (root / "link").symlink_to("../secret")
    assert await cache.find(root, "link") is None


async def test_many_who_ask_at_once_have_the_file_read_once(tmp_path, monkeypatch):
    (tmp_path / "x").write_bytes(b"x" * 5000)
    read, reads = static_files.read_file, []

    def counted(path):
        reads.append(path)
        return read(path)

    monkeypatch.setattr(static_files, "read_file", counted)
    cache = FileCache()
    async with trio.open_nursery() as nursery:
        for _ in range(10):
            nursery.start_soon(cache.find, tmp_path, "x")
    assert len(reads) == 1


async def test_memory_is_bounded_and_the_oldest_goes_first(tmp_path, monkeypatch):
    for name in "abc":
        (tmp_path / f"{name}.bin").write_bytes(os.urandom(400))
    cache = FileCache(size=1000)
    a, _b, _c = [await cache.find(tmp_path, f"{name}.bin") for name in "abc"]
    assert await cache.find(tmp_path, "c.bin") is _c
    assert await cache.find(tmp_path, "a.bin") is not a


def test_the_version_is_that_of_the_content(tmp_path):
    (tmp_path / "x").write_bytes(b"1")
    first = version_of(tmp_path / "x")
    (tmp_path / "x").write_bytes(b"22")
    assert version_of(tmp_path / "x") != first
    with pytest.raises(OSError, match="none"):
        version_of(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("vega@6.1.2", "text/javascript"),
        ("vega-embed@7.0.2", "text/javascript"),
        ("letter@home", "application/octet-stream"),
        ("a.unknown", "application/octet-stream"),
    ],
)
def test_a_script_that_is_called_like_its_package_is_a_script(tmp_path, name, kind):
    assert media_type_of(tmp_path / name).partition(";")[0] == kind
