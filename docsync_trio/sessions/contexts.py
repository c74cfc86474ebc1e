"""What application code may see of the server: its session and its application.

Both are Bokeh's own abstract classes, so that unmodified applications find what they
know; `start_soon` is ours. Nothing here decides anything: it is a window.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol

from bokeh.application.application import ServerContext as BokehServerContext
from bokeh.application.application import SessionContext as BokehSessionContext
from bokeh.document import Document

from docsync_trio.applications.application import Application
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.asyncio_bridge import EitherWay
from docsync_trio.sessions.ended_session import EndedSession
from docsync_trio.sessions.groups import GroupStore
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.server_callbacks import ServerCallback, ServerCallbacks
from docsync_trio.sessions.session_groups import ServerGroups, SessionGroups
from docsync_trio.sessions.tasks import Tasks
from docsync_trio.sessions.update import PATIENCE, Update, Updated


class ServedApplication(Protocol):
    """What a `ServerContext` shows of; an `ApplicationContext`."""

    @property
    def sessions(self) -> Mapping[str, Any]:
        """The sessions that are alive, by id."""
        ...

    @property
    def tasks(self) -> Tasks:
        """The tasks of the application."""
        ...

    @property
    def callbacks(self) -> ServerCallbacks:
        """The callbacks that belong to no session."""
        ...


class ServedSession(Protocol):
    """What a `SessionContext` shows of; a `Session`."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def document(self) -> Document:
        """Its document."""
        ...

    @property
    def destroyed(self) -> bool:
        """Whether it is gone."""
        ...

    @property
    def request(self) -> Request:
        """The request that made it."""
        ...

    @property
    def token_payload(self) -> Mapping[str, Any]:
        """What came with its token, and from ``process_request``."""
        ...

    @property
    def groups(self) -> SessionGroups:
        """The groups it is in."""
        ...

    def start_soon(self, function: Callable[..., Awaitable[object]], *args: object) -> None:
        """Start a task that ends with the session."""
        ...

    async def with_document(self, function: Callable[[Document], Any]) -> Any:
        """Call *function* when it is its turn."""
        ...

    def flush(self) -> None:
        """Send what has changed so far."""
        ...


class ServerContext(BokehServerContext):
    """An application while it is served: what ``on_server_loaded`` hooks are given."""

    def __init__(self, application_context: ServedApplication, groups: GroupStore) -> None:
        self._application_context = application_context
        self._home = HomeThread()
        self._groups = ServerGroups(groups, self._home)

    @property
    def application_context(self) -> ServedApplication:
        """The application's sessions and settings."""
        return self._application_context

    @property
    def sessions(self) -> list[Any]:
        """The sessions that are alive now."""
        return [one.context.session for one in self._application_context.sessions.values()]

    @property
    def groups(self) -> ServerGroups:
        """The groups in which sessions of the application meet, to send to them all."""
        return self._groups

    def update_sessions(
        self, function: Callable[[Document], Any], *, within: float = PATIENCE
    ) -> Awaitable[Updated]:
        """Call ``function(document)`` for every session that is alive, each in its own turn.

        All are on their way when this returns; awaited, from Trio and from asyncio code
        alike, it gives an `Updated` when all have had theirs, or after *within* seconds: what
        busy sessions have not had by then, they get when it is their turn, and until they
        have caught up they are not waited for again. What *function* raises is logged with the
        session and keeps no other from it.
        """
        update = Update(function)
        self._home.call(self._send, update)
        return update.wait(within)

    def start_soon(self, function: Callable[..., Awaitable[object]], *args: object) -> None:
        """Start ``function(*args)`` as a task that ends with the application.

        It is written for what the application's ``async`` key says. An exception is
        logged and ends only this task.
        """
        self._application_context.tasks.start_soon(function, *args)

    def add_next_tick_callback(self, callback: Callable[[], Any]) -> ServerCallback:
        """Run *callback* as soon as possible; not bound to any session."""
        return self._application_context.callbacks.add(callback)

    def add_timeout_callback(
        self, callback: Callable[[], Any], timeout_milliseconds: int
    ) -> ServerCallback:
        """Run *callback* once, after that many milliseconds."""
        return self._application_context.callbacks.add(callback, timeout=timeout_milliseconds)

    def add_periodic_callback(
        self, callback: Callable[[], Any], period_milliseconds: int
    ) -> ServerCallback:
        """Run *callback* every so many milliseconds, until it is removed."""
        return self._application_context.callbacks.add(callback, period=period_milliseconds)

    def remove_callback(self, callback: ServerCallback) -> None:
        """Never run again what one of the three methods above returned.

        Raises ValueError if it has run already or was removed before, as Bokeh does.
        """
        self._application_context.callbacks.remove(callback)

    remove_next_tick_callback = remove_timeout_callback = remove_callback
    remove_periodic_callback = remove_callback

    def _send(self, update: Update) -> None:
        sessions = self._application_context.sessions.values()
        update.send(session for session in sessions if not session.lifetime.is_over())


class SessionContext(BokehSessionContext):
    """One session: what ``curdoc().session_context`` and the session hooks are given."""

    def __init__(
        self, session: ServedSession, server_context: ServerContext, application: Application
    ) -> None:
        super().__init__(server_context, session.id)  # type: ignore[arg-type]
        self._session: ServedSession = session
        self._document = session.document
        self._seen = application.framework.session(session)
        self._request = application.framework.request(session.request, application.path)

    @property
    def destroyed(self) -> bool:
        """Whether the session is gone; it will not come back."""
        return self._session.destroyed

    @property
    def session(self) -> Any:
        """The session itself."""
        return self._seen

    @property
    def document(self) -> Document:
        """The session's document."""
        return self._document

    @property
    def request(self) -> Request:
        """The request that made the session: arguments, cookies, headers, path parameters."""
        return self._request  # type: ignore[no-any-return]

    @property
    def token_payload(self) -> Mapping[str, Any]:
        """What ``process_request`` returned, beside the request's headers and cookies.

        In Bokeh this travels in the page's token; here it never leaves the server.
        """
        return self._session.token_payload

    @property
    def logout_url(self) -> str | None:
        """None: there is no sign-in."""
        return None

    @property
    def groups(self) -> SessionGroups:
        """Where the session meets others of its application: messages, and who is there."""
        return self._session.groups

    def with_locked_document(
        self, func: Callable[[Document], Awaitable[None] | None]
    ) -> Awaitable[None]:
        """Run ``func(document)`` when nobody else is changing the document.

        To be awaited, from Trio and from asyncio code alike. What *func* raises is
        raised to the caller.
        """
        return EitherWay(partial(self._session.with_document, func))

    def flush(self) -> None:
        """Send what the callback that calls this has changed so far, without waiting for its end.

        For plain functions that compute for long; ``async`` ones do it at every await.
        """
        self._session.flush()

    def start_soon(self, function: Callable[..., Awaitable[object]], *args: object) -> None:
        """Start ``function(*args)`` as a task that ends with the session.

        It is written for what the application's ``async`` key says, and does not hold
        the document: use `with_locked_document` to change it. An exception is logged
        and ends only this task.
        """
        self._session.start_soon(function, *args)

    def session_ended(self) -> None:
        """Keep what the session was, and let go of the session itself."""
        was = self._session
        self._session = self._seen = EndedSession(
            was.id, was.document, was.request, was.token_payload, was.groups
        )
