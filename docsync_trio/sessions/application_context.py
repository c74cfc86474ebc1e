"""All sessions of one application: made once each, however many ask for them.

The application's nursery owns a task for every session. A session that fails to be
built is an error for those who asked for it and for nobody else; one that ends takes
its id with it only when it is quite gone, so that two documents never share an id.
"""

import contextvars
import math
import weakref
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import attrs
import trio

from docsync_trio.applications.application import Application
from docsync_trio.base import events
from docsync_trio.base.errors import ApplicationError, DocsyncError, Refusal, new_incident
from docsync_trio.base.request_in_hand import note_session
from docsync_trio.config.schema import SessionSettings
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.call_times import CallTimes
from docsync_trio.sessions.caller import Caller, name_of
from docsync_trio.sessions.contexts import ServerContext
from docsync_trio.sessions.curfew import CLOSING_GRACE, HOOK_GRACE, STUBBORN_GRACE, Step
from docsync_trio.sessions.environment import Environment
from docsync_trio.sessions.fire_wall import contained, fault_of_the_application
from docsync_trio.sessions.making import Making
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.restarting import Restarting
from docsync_trio.sessions.room import RETRY_AFTER, Room
from docsync_trio.sessions.server_callbacks import ServerCallbacks
from docsync_trio.sessions.session import Session
from docsync_trio.sessions.tasks import Tasks
from docsync_trio.sessions.wire import Ending

RESTARTING = Ending(CloseCode.RESTARTING, "the server is restarting")


@attrs.define(eq=False)
class ApplicationContext:
    """An application while it is served. Made by `open_application`."""

    _environment: Environment
    _nursery: trio.Nursery
    server_context: ServerContext = attrs.field(init=False)
    tasks: Tasks = attrs.field(init=False)
    callbacks: ServerCallbacks = attrs.field(init=False)
    _sessions: dict[str, Session] = attrs.field(factory=dict, init=False)
    _makings: dict[str, Making] = attrs.field(factory=dict, init=False)
    _ends: dict[str, trio.Event] = attrs.field(factory=dict, init=False)
    _stubborn: set[Session] = attrs.field(factory=set, init=False)
    _room: Room = attrs.field(init=False)
    _ending: bool = attrs.field(default=False, init=False)
    _closed: bool = attrs.field(default=False, init=False)
    _context: contextvars.Context = attrs.field(factory=contextvars.copy_context, init=False)

    def __attrs_post_init__(self) -> None:
        self.server_context = ServerContext(self, self._environment.groups)
        self._room = Room(self.settings.max_sessions)
        caller = Caller(self._environment, session="")
        self.tasks = Tasks(HomeThread(), caller, self._nursery, self._report)
        self.callbacks = ServerCallbacks(self.tasks, self._report)

    @property
    def application(self) -> Application:
        """The application."""
        return self._environment.application

    @property
    def settings(self) -> SessionSettings:
        """The settings of its sessions."""
        return self._environment.settings

    @property
    def url(self) -> str:
        """The path it is served at, without the site's prefix."""
        return self.application.path

    @property
    def io_loop(self) -> object:
        """The asyncio loop that its ``async`` code runs on, by Bokeh's name; None on Trio."""
        return getattr(self._environment.bridge, "loop", None)

    @property
    def sessions(self) -> Mapping[str, Session]:
        """The sessions that are alive, by id."""
        return MappingProxyType(self._sessions)

    @property
    def threads_at_work(self) -> int:
        """How many threads run its plain functions now, those of the server's end included."""
        own, last = self._environment.threads, self._environment.facilities.curfew.threads
        return last.taken + (0 if own is None else own.taken)

    @property
    def times(self) -> CallTimes:
        """How long its code took, where metrics are wanted."""
        return self._environment.times

    def living(self, session_id: str) -> Session | None:
        """The session of that id, if it can still be joined."""
        session = self._sessions.get(session_id)
        return None if session is None or session.lifetime.is_over() else session

    async def session(
        self, session_id: str, request: Request, *, by_websocket: bool = False
    ) -> Session:
        """The session of that id; made for *request* if there is none.

        *by_websocket* says that a page is there already which waits for it. Raises
        `ApplicationError` if the application fails to build the document, `Refusal` (503) if it
        has no room. Who waited beside the first gets the same; the next visitor a fresh attempt.
        """
        note_session(self.url, session_id)
        while (session := self.living(session_id)) is None:
            if session_id in self._ends:
                await self._ends[session_id].wait()
                continue
            if by_websocket and self._ending:
                raise Restarting
            if session_id not in self._makings:
                self._start(session_id, request, by_websocket=by_websocket)
            return await self._makings[session_id].wait()
        return session

    async def end_sessions(
        self, ending: Ending, reason: str, *, within: float | None = math.inf
    ) -> None:
        """End all sessions and wait until they are gone.

        This is the beginning of the end: pages are still made for visitors who are waiting
        for them, websockets are sent away. It is that of the server, which takes no more than
        *within* seconds; None: of this application alone.
        """
        self._ending = True
        if within is not None:
            self._environment.facilities.curfew.begin(within)
        for session in list(self._sessions.values()):
            session.end(ending, reason)
        for end in list(self._ends.values()):
            await end.wait()

    async def close(
        self,
        ending: Ending = RESTARTING,
        reason: str = "the server is shutting down",
        *,
        within: float | None = math.inf,
    ) -> None:
        """End what is left of it, sessions first, and run the hooks of its end, once.

        *ending*, *reason* and *within* are as for `end_sessions`.
        """
        if self._closed:
            return
        self._closed = True
        curfew = self._environment.facilities.curfew
        for making in (makings := list(self._makings.values())):
            making.scope.cancel()
        with curfew.grace(Step.SESSION_HOOKS, CLOSING_GRACE):
            await self.end_sessions(ending, reason, within=within)
            for making in makings:
                await making.buried.wait()
        with curfew.grace(Step.SERVER_HOOKS, HOOK_GRACE) as grace:
            await self.run_server_hooks("on_server_unloaded")
        if grace.cancelled_caught:
            self._report("hook on_server_unloaded", TimeoutError("took too long"))

    async def run_server_hooks(self, name: str) -> None:
        """Run the hooks ``on_server_loaded`` or ``on_server_unloaded``, in order."""
        for hook in getattr(self.application.hooks, name):
            run = partial(self.tasks.caller.call, hook, self.server_context)
            await contained(run, partial(self._report, f"hook {name_of(hook)}"))

    def _start(self, session_id: str, request: Request, *, by_websocket: bool) -> None:
        together = self._environment.facilities.room
        self._room.check(f"sessions.max_sessions allows {self._room.most} of {self.url}")
        together.check(f"server.max_sessions allows {together.most}")
        for room in (self._room, together):
            room.take()
        making = self._makings[session_id] = Making()
        run = partial(self._run_all, session_id, request, making, by_websocket=by_websocket)
        start = partial(self._nursery.start_soon, run, name=f"session {session_id}")
        making.begin(self._context.copy(), start)

    async def _run_all(
        self, session_id: str, request: Request, making: Making, *, by_websocket: bool
    ) -> None:
        """A session from its first moment to its last; raises nothing but our cancellation."""
        try:
            with making.scope:
                await self._run(session_id, request, making, by_websocket=by_websocket)
        finally:
            for room in (self._room, self._environment.facilities.room):
                room.leave()
            making.buried.set()

    async def _run(
        self, session_id: str, request: Request, making: Making, *, by_websocket: bool
    ) -> None:
        session: Session | None = None
        begun, over = trio.current_time(), trio.Event()
        try:
            async with trio.open_nursery() as nursery:
                make = partial(Session, session_id, request, by_websocket)
                session = make(self._environment, self.server_context, nursery)
                with trio.move_on_after(self.settings.build_timeout) as limit:
                    await session.build()
                if limit.cancelled_caught:
                    self._too_slow(session_id, making)
                else:
                    self._opened(session, making, trio.current_time() - begun)
                    await session.live()
                    self._nursery.start_soon(self._bury_anyway, session, making, over)
                nursery.cancel_scope.cancel()
        except BaseException as error:
            fault = fault_of_the_application(error)
            if fault is None:
                if session is not None:
                    session.end(RESTARTING, "the server is shutting down")
                raise
            self._failed(session_id, making, fault)
        finally:
            over.set()
            with trio.CancelScope(shield=True):
                if session not in self._stubborn:
                    await self._bury(session_id, session, making)
                    if session is not None:
                        session.let_go()

    async def _bury_anyway(self, session: Session, making: Making, over: trio.Event) -> None:
        """Bury *session* though its tasks ignore that they were cancelled, if it must be."""
        with trio.CancelScope(shield=True):
            with self._environment.facilities.curfew.grace(Step.TASKS, STUBBORN_GRACE):
                await over.wait()
            if not over.is_set():
                self._stubborn.add(session)
                session.report_stubborn_tasks()
                await self._bury(session.id, session, making)

    def _opened(self, session: Session, making: Making, seconds: float) -> None:
        self._sessions[session.id] = session
        self._ends[session.id] = trio.Event()
        del self._makings[session.id]
        session.tell_opened(seconds)
        making.succeed(session)

    def _too_slow(self, session_id: str, making: Making) -> None:
        limit = f"{self.settings.build_timeout:g} s"
        error = TimeoutError(f"the document was not filled within {limit}; sessions.build_timeout")
        self._environment.observe(events.BuildFailed(self.url, session_id, error, new_incident()))
        text = f"This page could not be made within {limit}. Please try again later."
        refusal = partial(Refusal, 503, text, retry_after=RETRY_AFTER)
        self._give_up(session_id, making, refusal, error)

    def _failed(self, session_id: str, making: Making, fault: BaseException) -> None:
        if making.is_done():
            session = self._sessions.get(session_id)
            if session is None:  # buried already, as its tasks would not end
                self._report(f"a task of the session {session_id[:8]}, which has ended", fault)
                return
            session.report("a task in the session's nursery, which ended the session", fault)
            session.end(Ending(CloseCode.INTERNAL_ERROR, "the session failed"), "an error")
            return
        incident = new_incident()
        while isinstance(fault, BaseExceptionGroup) and len(fault.exceptions) == 1:
            fault = fault.exceptions[0]
        self._environment.observe(events.BuildFailed(self.url, session_id, fault, incident))
        text = f"{type(fault).__name__}: {fault}"
        make_error = partial(ApplicationError, text, application=self.url, incident=incident)
        self._give_up(session_id, making, make_error, fault)

    def _give_up(
        self,
        session_id: str,
        making: Making,
        make_error: Callable[[], DocsyncError],
        cause: BaseException | None,
    ) -> None:
        # Whoever comes from now on gets a fresh attempt.
        del self._makings[session_id]
        making.fail(make_error, cause)

    async def _bury(self, session_id: str, session: Session | None, making: Making) -> None:
        if not making.is_done():
            self._give_up(session_id, making, Restarting, None)
        if session is not None:
            await session.bury()
        if session is not None and self._sessions.get(session_id) is session:
            del self._sessions[session_id]
            reason, document = session.lifetime.reason, weakref.ref(session.document)
            self._environment.observe(events.SessionEnded(self.url, session_id, reason, document))
            self._ends.pop(session_id).set()

    def _report(self, what: str, fault: BaseException) -> None:
        self._environment.observe(events.ApplicationTaskFailed(self.url, what, fault))
