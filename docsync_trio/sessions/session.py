"""One session: a document, those who look at it, and how it ends.

A session is a task with a nursery. Messages from browsers and the application's
callbacks take turns with the document; what they changed is posted to the connections,
which send it in their own time.
"""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

import attrs
import outcome
import trio
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent
from bokeh.document.locking import UnlockedDocumentProxy
from bokeh.events import ConnectionLost
from bokeh.settings import settings as bokeh_settings

from docsync_trio.applications.application import checked_payload
from docsync_trio.base.errors import ProtocolError
from docsync_trio.base.events import CallbackFailed, CallbackLeftBehind, PeerFault, SessionOpened
from docsync_trio.documents.bokeh_private import set_session_context
from docsync_trio.documents.curdoc import curdoc_scope
from docsync_trio.documents.shared_document import SharedDocument
from docsync_trio.sessions.answers import Answers
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.asyncio_bridge import Tasks as AsyncioTasks
from docsync_trio.sessions.asyncio_bridge import cancel_tasks, keep_tasks_in
from docsync_trio.sessions.callbacks import Callbacks, SessionCallback, callback_name
from docsync_trio.sessions.caller import Caller, name_of
from docsync_trio.sessions.connection import Connection
from docsync_trio.sessions.connections import Connections
from docsync_trio.sessions.contexts import ServerContext, SessionContext
from docsync_trio.sessions.curfew import HOOK_GRACE, Step
from docsync_trio.sessions.deliveries import Deliveries
from docsync_trio.sessions.environment import Environment
from docsync_trio.sessions.fire_wall import contained
from docsync_trio.sessions.inbox import Rest
from docsync_trio.sessions.lifetime import Lifetime
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.session_groups import SessionGroups
from docsync_trio.sessions.tasks import Tasks
from docsync_trio.sessions.turns import Turns
from docsync_trio.sessions.wire import Ending, Wire


@attrs.define(eq=False)
class Session:
    """One document with its viewers. Made, and used, in the task that runs it.

    *token* is what its pages carry to find it again; whoever renders a page sets it.
    *remade* is true for a session that a websocket asked for, because the one that
    its page was made for is gone.
    """

    id: str
    request: Request
    remade: bool
    _environment: Environment
    server_context: ServerContext
    _nursery: trio.Nursery
    token: str = attrs.field(default="", init=False)
    token_payload: dict[str, Any] = attrs.field(factory=dict, init=False)
    document: Document = attrs.field(factory=Document, init=False)
    destroyed: bool = attrs.field(default=False, init=False)
    context: SessionContext = attrs.field(init=False)
    lifetime: Lifetime = attrs.field(init=False)
    tasks: Tasks = attrs.field(init=False)
    deliveries: Deliveries = attrs.field(init=False)
    groups: SessionGroups = attrs.field(init=False)
    _shared: SharedDocument = attrs.field(init=False)
    _caller: Caller = attrs.field(init=False)
    _turns: Turns = attrs.field(init=False)
    _answers: Answers = attrs.field(init=False)
    _callbacks: Callbacks = attrs.field(init=False)
    _unlocked: UnlockedDocumentProxy = attrs.field(init=False)
    _asyncio_tasks: AsyncioTasks = attrs.field(factory=set, init=False)
    _connections: Connections = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.lifetime = Lifetime(self._environment.settings)
        self._connections = Connections(self._environment, self.id, self.lifetime, self.remade)
        self.context = SessionContext(self, self.server_context, self._environment.application)
        set_session_context(self.document, self.context)
        self._unlocked = UnlockedDocumentProxy(self.document)
        self._shared = SharedDocument(self.document, held=True)
        self._caller = Caller(self._environment, self.id)
        timeout = self._environment.settings.callback_timeout
        times = self._environment.times
        self._turns = Turns(self._shared, self._caller, self.report, timeout, times)
        most = self._environment.limits.message_size
        self._answers = Answers(self._shared, self._turns, self.report, most)
        keep_tasks_in(self._asyncio_tasks)
        with curdoc_scope(self._unlocked):
            self.tasks = Tasks(HomeThread(), self._caller, self._nursery, self.report)
        self.deliveries = Deliveries(self._turns, self._environment, self.id)
        self.groups = SessionGroups(self._environment.groups, self.tasks.home, self.deliveries)
        self._callbacks = Callbacks(self.tasks.home, self._run_callback)
        self.document.callbacks.on_change_dispatch_to(self._callbacks)

    async def build(self) -> None:
        """Let the application fill the document; raises what the application raises."""
        application, request, call = self._environment.application, self.request, self._caller.call
        self.token_payload = request.first_payload()
        for hook in application.hooks.process_request:
            self.token_payload.update(checked_payload(hook, await call(hook, request)))
        with self._turns.hold():
            for hook in application.hooks.on_session_created:
                await self._contained(f"hook {name_of(hook)}", hook, self.context)
            if application.title != application.path:
                self.document.title = application.title
            with application.framework.filling(self.document):
                for handler in application.recipe:
                    async with self._caller.turn(needed=handler.exclusive):
                        await call(handler.modify_document, self.document)
            if bokeh_settings.perform_document_validation():
                self.document.validate()

    def tell_opened(self, seconds: float) -> None:
        """Tell observers that it is there, built in *seconds*."""
        path, user = self._environment.application.path, self.request.user
        name = "" if user is None else user.name
        opened = SessionOpened(path, self.id, seconds, name, self.lifetime.remaining)
        self._environment.observe(opened)

    async def live(self) -> None:
        """Serve it until its lifetime is over and its connections have left."""
        self.lifetime.begin()
        for run in (self._turns.work, self._turns.settle_conflicts, self._callbacks.keep_time):
            self._nursery.start_soon(run)
        await self.lifetime.over()
        self.groups.end()
        await self._environment.facilities.one_by_one()
        await self._connections.dismiss()

    async def attach(
        self, wire: Wire, peer: str, *, pulls_first: bool = False, in_browser: bool = False
    ) -> Ending:
        """Serve one websocket until it ends, in its own task; returns how to close it.

        *pulls_first* says that its page is known to have had no document before, *in_browser*
        that a page is at its other end, and not Bokeh's Python client.
        """
        if self.lifetime.is_over():
            return self.lifetime.ending
        try:
            connection = self._connections.join(
                wire, peer, pulls_first=pulls_first, in_browser=in_browser
            )
        except ProtocolError as fault:
            self._tell_fault(peer, fault)
            return Ending(fault.close_code, str(fault))
        try:
            await connection.run(
                partial(self._answers.receive, connection),
                partial(self._turns.caught_up, connection),
            )
        finally:
            if connection.fault is not None:
                self._tell_fault(peer, connection.fault)
            self._shared.leave(connection)
            self._turns.queue(partial(self._connection_lost, connection))
            self._connections.leave(connection)
        return connection.ending

    def _tell_fault(self, peer: str, fault: ProtocolError) -> None:
        what = f"{fault}; {fault.hint}" if fault.hint else str(fault)
        self._environment.observe(PeerFault(peer, what, fault))

    async def with_document(self, function: Callable[[Document], Any]) -> Any:
        """The result of ``function(document)``, called when it is its turn.

        Raises what *function* raises. A session that has ended calls nothing and
        gives None.
        """
        return None if self.destroyed else await self._turns.visit(function)

    def start_soon(self, function: Callable[..., Awaitable[object]], *args: object) -> None:
        """Start ``function(*args)`` as a task that ends with the session; in any thread."""
        self.tasks.start_soon(function, *args)

    def flush(self) -> None:
        """Send what has changed so far; call it with the document held, in any thread."""
        if self.tasks.home.is_here():
            self._turns.post_changes()
        else:
            trio.from_thread.run_sync(self._turns.post_changes)

    def block_expiration(self) -> None:
        """Let it live though nobody is connected, until it is unblocked; in any thread."""
        self.tasks.home.call(self.lifetime.block)

    def unblock_expiration(self) -> None:
        """Take one `block_expiration` back; in any thread."""
        self.tasks.home.call(self.lifetime.unblock)

    def tell(self, events: Iterable[DocumentPatchedEvent]) -> None:
        """Send what *events* changed, whoever has the turn; in any thread.

        A thread that has it waits until that is done, as it would go on to change the document.
        """
        home = self.tasks.home
        (home.ask if self._turns.is_mine() else home.call)(partial(self._turns.tell, events))

    def has_turn_taken(self, *, by_caller: bool = False) -> bool:
        """Whether somebody has the turn to change the document, or even the caller."""
        taken = self._turns.is_mine if by_caller else self._turns.is_taken
        return not self.destroyed and taken()

    def end(self, ending: Ending, reason: str) -> None:
        """Let the session end now; its connections are closed with *ending*."""
        self.lifetime.end(ending, reason)

    async def bury(self) -> None:
        """Release everything, once the nursery has ended: document first, hooks after."""
        self.groups.end()
        self.deliveries.end()
        await self._connections.dismiss()
        curfew = self._environment.facilities.curfew
        await cancel_tasks(self._asyncio_tasks, curfew)
        self._turns.give_up()
        last_callbacks = list(self.document.session_destroyed_callbacks)
        self.destroyed = True
        await self._environment.facilities.one_by_one()
        self._release_document()
        with curfew.grace(Step.SESSION_HOOKS, HOOK_GRACE) as grace:
            hooks = self._environment.application.hooks.on_session_destroyed
            for hook in [*last_callbacks, *hooks]:
                await self._contained(f"hook {name_of(hook)}", hook, self.context)
        await cancel_tasks(self._asyncio_tasks, curfew)
        if grace.cancelled_caught:
            self.report("hook on_session_destroyed", TimeoutError("took too long"))

    def let_go(self) -> None:
        """Break the circles of what is buried, so that nothing of it waits for the collector."""
        self.context.session_ended()
        del self._turns, self._answers, self._callbacks, self._nursery, self.tasks

    def report(self, what: str, fault: BaseException) -> None:
        """Tell the log that *what* raised *fault*."""
        path = self._environment.application.path
        self._environment.observe(CallbackFailed(path, self.id, what, fault))

    def report_stubborn_tasks(self) -> None:
        """Tell the log of the tasks that go on although they were cancelled."""
        others = [task.name for task in self._nursery.child_tasks if "Turns." not in task.name]
        names = ", ".join(filter(None, [self._turns.doing, *others]))
        fault = RuntimeError("it was cancelled and goes on: it has to let trio.Cancelled pass")
        self.report(names, fault)

    def _release_document(self) -> None:
        """Take the document apart; where a thread still uses it, once that has ended."""
        left_behind = self._caller.take_left_behind()
        if left_behind is None:
            try:
                self._shared.destroy()
            except Exception as fault:  # noqa: BLE001 - a document may bring its own way to end
                self.report("the end of the document", fault)
            return
        left_behind.afterwards(self._release_document)
        path, stack = self._environment.application.path, left_behind.stack()
        self._environment.observe(CallbackLeftBehind(path, self.id, left_behind.what, stack))

    def _run_callback(self, callback: SessionCallback, *, first: bool) -> None:
        if getattr(callback.callback, "nolock", False):
            self.tasks.spawn(partial(self._run_unlocked, callback), callback_name(callback))
        elif first:
            self._turns.begin(partial(self._run_locked, callback))
        else:
            self._turns.queue(partial(self._run_locked, callback))

    def _run_locked(self, callback: SessionCallback) -> Rest | None:
        if not self._callbacks.is_live(callback):
            return None
        self._callbacks.starts(callback)
        then = partial(self._has_run, callback)
        return self._turns.call(callback.callback, then, what=callback_name(callback), in_time=True)

    def _has_run(self, callback: SessionCallback, came: outcome.Outcome[Any]) -> None:
        if isinstance(came, outcome.Error):
            self.report(callback_name(callback), came.error)
        self._callbacks.ran(callback)

    async def _run_unlocked(self, callback: SessionCallback) -> None:
        if self._callbacks.is_live(callback):
            self._callbacks.starts(callback)
            await self._contained(callback_name(callback), callback.callback)
            self._callbacks.ran(callback)

    async def _connection_lost(self, connection: Connection) -> None:
        self._shared.leave(connection)  # one of its messages may have waited and joined anew
        if self.document.callbacks.event_callbacks_for_event_name(ConnectionLost.event_name):
            trigger = self.document.callbacks.trigger_event
            await self._turns.take("callback of ConnectionLost", trigger, ConnectionLost())

    async def _contained(self, what: str, function: Callable[..., Any], *args: Any) -> None:
        with self._environment.times.measuring(what):
            await contained(partial(self._caller.call, function, *args), partial(self.report, what))
