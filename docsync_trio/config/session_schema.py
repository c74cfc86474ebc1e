"""The keys of `[sessions]`, which every application may override; see `schema`."""

# ruff: noqa: RUF009 - `key` makes attributes, and the defaults it gets cannot be changed.

from typing import Annotated, Literal

import attrs

from docsync_trio.base.durations import OFF
from docsync_trio.config.keys import key
from docsync_trio.config.names import Secret
from docsync_trio.config.scalars import Choice, Duration, Flag, Size, Whole

ExpiredWord = Literal["reload", "new"]


@attrs.frozen(kw_only=True)
class SessionSettings:
    """How long sessions live, what they may use, and how their tokens are signed."""

    unclaimed_lifetime: Annotated[float, Duration(0.1)] = key(
        15.0, doc="How long a session waits for its first websocket after the page was delivered."
    )
    unused_lifetime: Annotated[float, Duration()] = key(
        15.0, doc="How long a session lives on after its last tab was closed or reloaded."
    )
    lost_lifetime: Annotated[float, Duration()] = key(
        300.0,
        doc="How long a session lives on after its last connection broke without a goodbye: a "
        "laptop asleep, a tunnel, a restarted proxy.",
    )
    token_expiration: Annotated[float, Duration(1.0)] = key(
        300.0,
        doc="How long a page's token may create a session. A living session may be joined with it "
        "for ever.",
    )
    on_expired: Annotated[ExpiredWord, Choice(("reload", "new"))] = key(
        "reload",
        doc="What happens to a page that comes back when its session has ended: it says so and "
        'reloads itself, or ("new") it says so and goes on with a new session, for as long as '
        "token_expiration lets its token make one.",
    )
    build_timeout: Annotated[float, Duration(0.1)] = key(
        60.0,
        doc="How long filling a document, with the hooks of its creation, may take; then its "
        "visitor gets a page that says so (503).",
    )
    callback_timeout: Annotated[float, Duration(0.1)] = key(
        OFF,
        doc="How long an async callback may take before it is cancelled. One that runs in a "
        "thread cannot be cancelled; see `blocking_alert`.",
    )
    blocking_alert: Annotated[float, Duration(0.1)] = key(
        5.0,
        doc="How long application code may run without a pause before the log names it, with the "
        "line where it is.",
    )
    loop_timeout: Annotated[float, Duration(0.5)] = key(
        10.0,
        doc="How long application code may hold the server's loop, in which everybody waits for "
        "it: `async` code that does not await, and all code where run_callbacks_in is "
        '"loop". Then an exception is raised inside of it, and "off" waits for ever. In '
        "contrast, callback_timeout cancels async code while it awaits, and blocking_alert "
        "only tells.",
    )
    max_sessions: Annotated[int, Whole()] = key(
        0,
        doc="How many sessions one application may have at once; further visitors are asked to "
        "come back later (503). 0: no limit.",
    )
    max_connections: Annotated[int, Whole()] = key(
        100,
        doc="How many websockets one session may have at once; a further one is closed (1008). "
        "0: no limit.",
    )
    outbox: Annotated[int, Size(1000)] = key(
        32_000_000,
        doc="How much one slow connection may have waiting to be sent before it is told to "
        "reconnect. Changes are merged long before that; answers and messages cannot be.",
    )
    sign: Annotated[bool, Flag()] = key(
        default=True, doc="Whether tokens are signed, so that visitors cannot choose session ids."
    )
    secret_key: Annotated[str | None, Secret()] = key(
        None,
        doc="What tokens are signed with (`docsync secret` makes one). Without it one is made at "
        "every start, and pages from before a restart cannot reconnect.",
        example='{ env = "DOCSYNC_SECRET_KEY" }',
        secret=True,
    )
