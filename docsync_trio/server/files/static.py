"""Static files over HTTP: BokehJS, extensions, an application's own, the operator's.

The path of every byte of JavaScript a page loads, so it is short: no response objects,
one send for a file that is in memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl

import attrs
import trio
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from docsync_trio.server.files.static_conditions import NOTHING, Conditions, tag_of
from docsync_trio.server.files.static_files import FileCache, StaticFile

FOREVER = b"public, max-age=31536000, immutable"
"""For an address that names the version: what it stands for never changes."""

ASK_AGAIN = b"no-cache"
"""For other addresses: kept, but asked about each time, which costs a 304 and no bytes."""

CHUNK = 262_144

Fields = list[tuple[bytes, bytes]]


@attrs.frozen
class Folder:
    """A folder whose files are served.

    *public* says that pages of any origin may read them, which is so for what everyone
    can install and not for an application's own. *versions_are_ours* says that ``?v=``
    holds the version that `static_files` gives; elsewhere any ``?v=`` counts.
    """

    root: Path
    public: bool = False
    versions_are_ours: bool = False


@attrs.frozen(eq=False)
class StaticFiles:
    """An ASGI application: the path parameter ``file`` out of the first folder that has it.

    With *index*, an address that ends with a slash is that of the folder's ``index.html``.
    """

    folders: Sequence[Folder]
    cache: FileCache
    index: bool = False

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        file = scope["path_params"]["file"]
        if self.index and (not file or file.endswith("/")):
            file += "index.html"
        await send_from(self.folders, file, self.cache, scope, send)


@attrs.frozen(eq=False)
class ExtensionFiles:
    """An ASGI application: the files of Bokeh's extensions.

    *directories* is Bokeh's own table of them by name; it grows when an application
    imports an extension.
    """

    directories: Mapping[str, Path]
    cache: FileCache

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        name, _, file = scope["path_params"]["file"].partition("/")
        directory = self.directories.get(name)
        folders = () if directory is None else (Folder(Path(directory), public=True),)
        await send_from(folders, file, self.cache, scope, send)


@attrs.frozen(eq=False)
class OneFile:
    """An ASGI application: the file at *path*, whatever the address."""

    path: Path
    cache: FileCache

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        await send_from((Folder(self.path.parent),), self.path.name, self.cache, scope, send)


@attrs.frozen(eq=False)
class MadeFile:
    """An ASGI application: *file*, which we have made ourselves, whatever the address."""

    file: StaticFile

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        folder = Folder(self.file.path.parent, public=True, versions_are_ours=True)
        head = scope["method"] == "HEAD"
        await _send(answer_with(self.file, folder, scope), send, head=head)


async def send_from(
    folders: Iterable[Folder], relative: str, cache: FileCache, scope: Scope, send: Send
) -> None:
    """Send the file *relative* of the first folder that has it. Raises HTTPException 404."""
    for folder in folders:
        file = await cache.find(folder.root, relative)
        if file is not None:
            answer = answer_with(file, folder, scope)
            return await _send(answer, send, head=scope["method"] == "HEAD")
    raise HTTPException(HTTPStatus.NOT_FOUND)


@attrs.frozen(eq=False)
class Answer:
    """What is to be sent; *body* is bytes, or a part of a file on disk."""

    status: HTTPStatus
    fields: Fields
    body: bytes | tuple[Path, int, int]


def answer_with(file: StaticFile, folder: Folder, scope: Scope) -> Answer:
    """Return the answer to a request for *file* of *folder*."""
    wanted = Conditions.of(scope)
    part = wanted.part(file)
    coding = None if part is not None else wanted.coding(file)
    fields = [
        (b"etag", tag_of(file, coding).encode()),
        (b"cache-control", _cache_control(file, folder, scope)),
        (b"last-modified", file.last_modified.encode()),
    ]
    if file.packed:
        fields.append((b"vary", b"accept-encoding"))
    if folder.public:
        fields.append((b"access-control-allow-origin", b"*"))
    if wanted.has(file):
        return Answer(HTTPStatus.NOT_MODIFIED, fields, b"")
    fields += [(b"accept-ranges", b"bytes"), (b"x-content-type-options", b"nosniff")]
    if part == NOTHING:
        fields.append((b"content-range", b"bytes */%d" % file.size))
        return Answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, fields, b"")
    fields.append((b"content-type", file.media_type.encode()))
    if coding is not None:
        fields.append((b"content-encoding", coding.encode()))
        return Answer(HTTPStatus.OK, fields, file.packed[coding])
    if part is None:
        return Answer(HTTPStatus.OK, fields, _body(file, 0, file.size))
    start, stop = part
    fields.append((b"content-range", b"bytes %d-%d/%d" % (start, stop - 1, file.size)))
    return Answer(HTTPStatus.PARTIAL_CONTENT, fields, _body(file, start, stop))


def _body(file: StaticFile, start: int, stop: int) -> bytes | tuple[Path, int, int]:
    return (file.path, start, stop) if file.content is None else file.content[start:stop]


def _cache_control(file: StaticFile, folder: Folder, scope: Scope) -> bytes:
    query = scope.get("query_string", b"")
    if query == b"v=" + file.version.encode():
        return FOREVER
    version = dict(parse_qsl(query.decode("latin-1"))).get("v", "")
    # While servers of two versions stand behind one address, the old one is asked for
    # the new one's files: it must not have its answer kept for a year.
    known = version == file.version if folder.versions_are_ours else bool(version)
    return FOREVER if known else ASK_AGAIN


async def _send(answer: Answer, send: Send, *, head: bool) -> None:
    fields, body = answer.fields, answer.body
    if answer.status is not HTTPStatus.NOT_MODIFIED:
        size = len(body) if isinstance(body, bytes) else body[2] - body[1]
        fields.append((b"content-length", b"%d" % size))
    await send({"type": "http.response.start", "status": int(answer.status), "headers": fields})
    if head:
        body = b""
    if not isinstance(body, bytes):
        await _stream(*body, send)
        body = b""
    await send({"type": "http.response.body", "body": body})


async def _stream(path: Path, start: int, stop: int, send: Send) -> None:
    async with await trio.open_file(path, "rb") as file:
        await file.seek(start)
        while start < stop:
            chunk = await file.read(min(CHUNK, stop - start))
            if not chunk:
                break
            start += len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
