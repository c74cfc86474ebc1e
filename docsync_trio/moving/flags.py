"""Every flag of `bokeh serve` and `panel serve`, with what becomes of it here.

One table for `docsync migrate` and for the documentation; tests compare it with the flags of
the installed Bokeh and Panel, so that a new one is not forgotten.
"""

import re
from collections.abc import Callable
from typing import Final

from docsync_trio.moving.draft import Draft
from docsync_trio.moving.flag import Flag, keyed, silent, without_key
from docsync_trio.moving.sign_in_flags import BOKEH_SIGN_IN, PANEL_SIGN_IN
from docsync_trio.moving.values import BadValueError, milliseconds, pairs, whole

_HOST: Final = re.compile(r"(?:\*\.)?(?:\w[\w-]*\.)*\w[\w-]*(?::\d+)?|\[[\da-fA-F:]+\](?::\d+)?")
_SHORTEST_SUMMARY: Final = 1000  # milliseconds


def _ping(text: str) -> str:
    return milliseconds(text) if whole(text) else "off"


def _summary(draft: Draft, values: list[str]) -> None:
    if (often := whole(values[-1])) > 0:
        draft.set("monitoring", "summary", milliseconds(str(max(often, _SHORTEST_SUMMARY))))


def _watched(draft: Draft, values: list[str]) -> None:
    if values == ["0"]:
        return  # a history of no session
    draft.set("monitoring", "sessions", "/sessions")
    if draft.signs_in():
        note = "Not for everybody who signs in. livez and readyz are there, too."
        draft.set("monitoring", "bind", "127.0.0.1:9006", note)


def _watched_at(draft: Draft, values: list[str]) -> None:
    if "sessions" in draft.tables.get("monitoring", {}):
        draft.set("monitoring", "sessions", f"/{values[-1].strip('/')}")


def _prefix(text: str) -> str:
    return f"/{text.strip('/')}" if text.strip("/") else ""


def _level(text: str) -> str:
    return {"trace": "debug", "critical": "error", "None": "error"}.get(text, text)


def _unused(draft: Draft, values: list[str]) -> None:
    for key in ("unclaimed_lifetime", "unused_lifetime"):
        draft.set("sessions", key, milliseconds(values[-1]))


def _origins(draft: Draft, values: list[str]) -> None:
    names = [re.sub(r"^https?://|/$", "", value) for value in values]
    hosts = [name for name in names if _HOST.fullmatch(name)]
    if hosts:
        draft.set("server", "allow_origins", list(dict.fromkeys(hosts)))
    for name in dict.fromkeys(names):
        if name not in hosts:
            draft.remarks.append(
                f'--allow-websocket-origin="{name}": would let in the pages of hosts that nobody '
                "has named; the server's own pages always may, further hosts are for "
                "server.allow_origins"
            )


def _session_ids(draft: Draft, values: list[str]) -> None:
    if values[-1] == "unsigned":
        draft.set("sessions", "sign", value=False)
    elif values[-1] in {"signed", "external-signed"}:
        draft.set("sessions", "secret_key", {"env": "BOKEH_SECRET_KEY"})
    else:
        raise BadValueError(f"expected unsigned, signed or external-signed, not {values[-1]!r}")


def _certificate(draft: Draft, values: list[str]) -> None:
    place = draft.place(values[-1])
    draft.set("server.tls", "certificate", place)
    draft.tables["server.tls"].setdefault("key", place)


def _behind_proxy(draft: Draft, _: list[str]) -> None:
    note = "The proxy's address: what it says of visitors is believed, and nobody else's word."
    draft.set("server", "trusted_proxies", ["127.0.0.1"], note)


def _index(draft: Draft, values: list[str]) -> None:
    if not values[-1].endswith(".html"):  # Panel takes the name of an application as well
        draft.remarks.append(
            f'--index: [[routes]] with path = "/" and redirect = "/{values[-1]}" leads there'
        )
        return
    note = "What the template is given is called title, links and named here."
    draft.set("", "index", draft.place(values[-1]), note)


def _icon(draft: Draft, values: list[str]) -> None:
    if "." in values[-1]:  # the others are words for Bokeh's own icons
        draft.set("", "icon", draft.place(values[-1]))


def _run_with(option: str) -> Callable[[Draft, list[str]], None]:
    return lambda draft, _: draft.run.append(option)


def _statics(draft: Draft, values: list[str]) -> None:
    draft.routes += [(f"/{path}", folder) for path, folder in pairs(values).items()]


_ARGUMENTS: Final = Flag(
    "--args", "rest", "`argv` of the handlers", lambda draft, v: setattr(draft, "argv", tuple(v))
)
_NO_REST: Final = "No REST interface; an endpoint of `[[routes]]` can read what it shows."
_WATCHED: Final = '`monitoring.sessions = "/sessions"`'
_NO_QUESTION: Final = (
    "None: the page of `--admin` asks nobody who they are. Give `monitoring.bind` an address that "
    "only those reach who may see it."
)
_ALL_REQUEST: Final = (
    "None needed: what a request carries stays on the server, and `session_context.request` has "
    "all of it."
)

BOKEH_FLAGS: Final = (
    silent("--port", "one", "`server.bind`, with the address"),
    silent("--address", "one", "`server.bind`, with the port"),
    Flag(
        "--unix-socket",
        "one",
        '`server.bind = "unix:/path"`',
        lambda draft, values: draft.set("server", "bind", f"unix:{values[-1]}"),
    ),
    keyed("--log-level", "logging.level", _level),
    without_key("--log-format", "one", '`logging.format` is "console" or "json".'),
    without_key("--log-file", "one", "The log goes to standard error; send that to a file."),
    without_key(
        "--use-config", "one", "Bokeh's own settings are read from its variables (`BOKEH_...`)."
    ),
    _ARGUMENTS,
    Flag("--dev", "some", "`docsync run --reload`", _run_with("--reload")),
    Flag("--show", "nothing", "`docsync run --open`", _run_with("--open")),
    Flag("--allow-websocket-origin", "one", "`server.allow_origins`", _origins),
    keyed("--prefix", "server.prefix", _prefix),
    Flag("--ico-path", "one", "`icon`", _icon),
    keyed("--keep-alive", "server.keep_alive.ping", _ping),
    silent("--check-unused-sessions", "one", "None needed: a session ends by itself, in time."),
    Flag(
        "--unused-session-lifetime",
        "one",
        "`sessions.unused_lifetime`, and `unclaimed_lifetime` for pages that never connect",
        _unused,
    ),
    Flag("--stats-log-frequency", "one", "`monitoring.summary`; off without it", _summary),
    Flag("--mem-log-frequency", "one", "`monitoring.summary`, which tells memory, too", _summary),
    Flag("--use-xheaders", "nothing", "`server.trusted_proxies`", _behind_proxy),
    Flag("--ssl-certfile", "one", "`server.tls.certificate`", _certificate),
    Flag(
        "--ssl-keyfile",
        "one",
        "`server.tls.key`; the key is in the certificate's file without it. If it is encrypted, "
        '`server.tls.password = { env = "BOKEH_SSL_PASSWORD" }`',
        lambda draft, values: draft.set("server.tls", "key", draft.place(values[-1])),
    ),
    Flag("--session-ids", "one", "`sessions.sign` and `sessions.secret_key`", _session_ids),
    *BOKEH_SIGN_IN,
    silent("--exclude-headers", "some", _ALL_REQUEST),
    silent("--exclude-cookies", "some", _ALL_REQUEST),
    silent("--include-headers", "some", _ALL_REQUEST),
    silent("--include-cookies", "some", _ALL_REQUEST),
    Flag("--index", "one", "`index`; the template gets `title`, `links` and `named`", _index),
    without_key(
        "--disable-index", "nothing", "An application or a route at `/` takes the index's place."
    ),
    without_key(
        "--disable-index-redirect",
        "nothing",
        "An application or a route at `/` takes the index's place.",
    ),
    without_key("--num-procs", "one", "One process; plain functions run in threads of it."),
    keyed(
        "--session-token-expiration", "sessions.token_expiration", lambda text: f"{whole(text)}s"
    ),
    keyed(
        "--websocket-max-message-size", "server.max_message_size", lambda text: f"{whole(text)}B"
    ),
    without_key("--websocket-compression-level", "one", "Websockets are not compressed."),
    without_key("--websocket-compression-mem-level", "one", "Websockets are not compressed."),
    silent("--glob", "nothing", "Write each application down."),
)
"""The flags of `bokeh serve`; `panel serve` has all of them as well."""

PANEL_FLAGS: Final = (
    Flag(
        "--index-titles",
        "some",
        "`title` of each application",
        lambda draft, values: draft.titles.update(pairs(values)),
    ),
    Flag("--static-dirs", "some", "`[[routes]]` with `static`", _statics),
    Flag("--dev", "nothing", "`docsync run --reload`", _run_with("--reload")),
    Flag("--autoreload", "nothing", "`docsync run --reload`", _run_with("--reload")),
    without_key(
        "--num-threads",
        "one",
        "The variable `PANEL_NUM_THREADS`, or `pn.extension(nthreads=4)` in an application.",
    ),
    without_key("--root-path", "one", "`server.trusted_proxies`, for X-Forwarded-Prefix."),
    *PANEL_SIGN_IN,
    without_key("--rest-provider", "one", _NO_REST),
    without_key("--rest-endpoint", "one", _NO_REST),
    Flag(
        "--rest-session-info",
        "nothing",
        f"{_WATCHED}, which answers programs with JSON; "
        "[an example](panel.md#which-sessions-there-were)",
        _watched,
    ),
    Flag(
        "--session-history",
        "one",
        f"{_WATCHED}, which has the last 100 that ended; the log has a line for each session",
        _watched,
    ),
    Flag(
        "--warm",
        "nothing",
        "`warm` of each application",
        lambda draft, _: setattr(draft, "warm", True),
    ),
    Flag(
        "--admin",
        "nothing",
        f"{_WATCHED}, a page for operators; with `[sign_in]` at an address of its own, "
        "`monitoring.bind`",
        _watched,
    ),
    Flag("--admin-endpoint", "one", "`monitoring.sessions`, if there is `--admin`", _watched_at),
    without_key("--admin-log-level", "one", "`logging.level`; the page of `--admin` has no log."),
    without_key("--admin-password", "one", _NO_QUESTION),
    without_key("--admin-users", "some", _NO_QUESTION),
    without_key("--page-config", "one", "The index has the site's `title`, and no other look."),
    silent("--server", "one", "There is one server, this one."),
    without_key(
        "--profiler",
        "one",
        "A profiler for processes, such as py-spy (`py-spy record --pid PID`); "
        "`pn.config.profiler` does nothing.",
    ),
    without_key(
        "--setup",
        "one",
        "`hooks` of an application: a module with `on_server_loaded`, which runs once and may "
        "call `pn.state.schedule_task`.",
    ),
    Flag(
        "--liveness",
        "nothing",
        '`monitoring.livez = "/liveness"`; without it, `/livez` and `/readyz` are there',
        lambda draft, _: draft.set("monitoring", "livez", "/liveness"),
    ),
    keyed("--liveness-endpoint", "monitoring.livez", lambda text: f"/{text.strip('/')}"),
    without_key("--plugins", "one", "`[[routes]]` with `endpoint`, `asgi` or `wsgi`."),
    without_key(
        "--reuse-sessions",
        "perhaps",
        "None: `warm`, and `pn.cache` for what takes long, make every page quick; "
        "`pn.config.reuse_sessions` does nothing.",
    ),
    without_key(
        "--global-loading-spinner",
        "nothing",
        "`pn.extension(global_loading_spinner=True)` in the application.",
    ),
)
"""What `panel serve` has beyond those of `bokeh serve`, or takes with other values."""
