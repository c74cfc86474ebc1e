"""The keys of an application: what fills its documents, where it is served, how it runs.

See `schema`, of which this is the part that every site file is mostly made of.
"""

# ruff: noqa: RUF009 - `key` makes attributes, and the defaults it gets cannot be changed.

import pathlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import attrs

from docsync_trio.config.keys import key
from docsync_trio.config.lists import FreeTable, ListOf
from docsync_trio.config.names import FunctionName, Metadata, MetadataFunction, ModuleName
from docsync_trio.config.places import ExistingPath, UrlPath, WebsocketPath
from docsync_trio.config.scalars import Choice, Flag, Text, Whole
from docsync_trio.config.session_schema import SessionSettings

FrameworkWord = Literal["auto", "bokeh", "panel"]
AsyncWord = Literal["auto", "trio", "asyncio"]
RunInWord = Literal["auto", "thread", "loop"]
PageWord = Literal["built", "instant", "none"]

HANDLER_KINDS: Final = ("file", "function", "json", "directory", "notebook", "bokeh")
"""The keys of a handler of which exactly one is given."""


@attrs.frozen(kw_only=True)
class HandlerSettings:
    """One step that fills a document: exactly one of the first six keys."""

    file: Annotated[pathlib.Path | None, ExistingPath(suffixes=(".py", ".md"))] = key(
        None,
        doc="A Python script, run anew for every session; or a Markdown file with blocks of "
        "Python in it, for Panel.",
        example='"apps/sliders.py"',
    )
    function: Annotated[str | None, FunctionName()] = key(
        None,
        doc="A function, plain or async, that is called with the document; or one without "
        "arguments that returns what Panel shows.",
        example='"apps.buoys:modify_document"',
    )
    json: Annotated[pathlib.Path | None, ExistingPath(suffixes=(".json",))] = key(
        None, doc="A saved Bokeh document.", example='"apps/base.json"'
    )
    directory: Annotated[pathlib.Path | None, ExistingPath(folder=True)] = key(
        None,
        doc="A folder with main.py or main.ipynb, and if wanted theme.yaml, templates/, static/ "
        "and app_hooks.py.",
        example='"apps/buoys"',
    )
    notebook: Annotated[pathlib.Path | None, ExistingPath(suffixes=(".ipynb",))] = key(
        None, doc="A Jupyter notebook, run anew for every session.", example='"apps/tour.ipynb"'
    )
    bokeh: Annotated[str | None, FunctionName("Handler")] = key(
        None,
        doc="A class made for Bokeh's own server: a subclass of its Handler.",
        example='"apps.custom:MyHandler"',
    )
    argv: Annotated[tuple[str, ...], ListOf(Text())] = key(
        (),
        doc="What the script finds in sys.argv after its own name.",
        example='["--points", "200"]',
        only_with=("file", "directory", "notebook"),
    )
    arguments: Annotated[Mapping[str, Any], FreeTable()] = key(
        MappingProxyType({}),
        doc="Keyword arguments for the class.",
        example="{ columns = 3 }",
        only_with=("bokeh",),
    )

    @property
    def kind(self) -> str:
        """Which of the six keys is given: ``"file"``, ``"function"``..."""
        return next(name for name in HANDLER_KINDS if getattr(self, name) is not None)


@attrs.frozen(kw_only=True)
class ApplicationSettings:
    """An application: what fills its documents, and where it is served."""

    path: Annotated[str, UrlPath()] = key(
        doc='Where it is served. "/buoys/{station}" is served at "/buoys/7" and all others of that '
        "shape; {station:int}, {x:float} and {id:uuid} take only such values, and {file:path}, as "
        "the last part, all further parts. They arrive in session_context.request, in path_params "
        "and in arguments. Fixed paths go first, those that take the rest last.",
        example='"/sliders"',
    )
    title: Annotated[str, Text()] = key(
        "", doc="What the index of applications calls it; empty: its path.", example='"Sliders"'
    )
    page: Annotated[PageWord, Choice(("built", "instant", "none"))] = key(
        "built",
        doc='When a document is built. "built": before its page is sent, with the template and '
        'the title that the application gives it. "instant": when the page, which is sent at '
        "once and shows a spinner, opens its websocket, so that robots build nothing; a template "
        "of the application is not used, and the roots stand one below the other. "
        '"none": it has no page here, and stands only in pages that embed it; whatever is '
        "mounted at the same path, or at /, answers there.",
    )
    warm: Annotated[bool, Flag()] = key(
        default=False,
        doc="Whether a document that nobody sees is built before the server answers, so that the "
        "first visitor need not wait for imports and caches. What it raises is logged.",
    )
    handlers: tuple[HandlerSettings, ...] = key(
        doc="What fills a new document, in order.", example='[{ file = "apps/sliders.py" }]'
    )
    metadata: Annotated[Mapping[str, Any] | MetadataFunction | None, Metadata()] = key(
        None,
        doc="What is served below the application at /metadata: a table, or a function that "
        "returns one; if it needs an argument it gets the parameters in the path, a dict.",
        example='{ owner = "desk" }',
    )
    websocket_path: Annotated[str, WebsocketPath()] = key(
        "ws",
        doc="Where its pages open their websockets: another last part of the path, or a whole path "
        "(with the same parameters), for a proxy that tells websockets by their paths. Programs "
        "also find them at /ws below the page.",
        example='"/sockets/sliders"',
    )
    async_: Annotated[AsyncWord, Choice(("auto", "trio", "asyncio"))] = key(
        "auto",
        doc='Which library its `async def` code is written for; "auto" reads the imports of its '
        "files.",
    )
    framework: Annotated[FrameworkWord, Choice(("auto", "bokeh", "panel"))] = key(
        "auto",
        doc='What it is made with. "panel": documents, pages and callbacks are those of Panel; '
        '"auto" reads the imports of its files. Panel has to be installed: '
        '`pip install "docsync-trio[panel]"`.',
    )
    run_callbacks_in: Annotated[RunInWord, Choice(("auto", "thread", "loop"))] = key(
        "auto",
        doc='Where plain functions run. "thread": other sessions stay quick while one computes. '
        '"loop": in the one thread of the server, for code that must not leave it. "auto": in '
        "threads, unless the code needs a running asyncio loop.",
    )
    threads: Annotated[int, Whole(1)] = key(
        10,
        doc="How many threads the application's plain functions may occupy at once; when all are "
        "busy its further callbacks wait, and no other application's.",
    )
    hooks: Annotated[str | None, ModuleName()] = key(
        None,
        doc="A module with on_server_loaded, on_server_unloaded, on_session_created, "
        "on_session_destroyed or process_request, plain or async.",
        example='"apps.hooks"',
    )
    public: Annotated[bool, Flag()] = key(
        default=False,
        doc="Whether it is there for who has not signed in; see `[sign_in]`. It sees whether they "
        "have.",
    )
    authorize: Annotated[str | None, FunctionName()] = key(
        None,
        doc="A function like that of `[sign_in]`, for this application, beside that.",
        example='"rules:may_trade"',
    )
    sessions: SessionSettings = key(
        SessionSettings(),
        doc="What differs from the site's `[sessions]` for this application.",
        example='{ unused_lifetime = "10m" }',
    )
