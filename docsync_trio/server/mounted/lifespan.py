"""The lifespan of somebody else's ASGI application: it starts and ends with the site."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import attrs
import trio
from starlette.types import ASGIApp, Message

from docsync_trio.applications.load_error import blame
from docsync_trio.base.errors import ServerError, new_incident
from docsync_trio.base.events import Observer, RequestFailed
from docsync_trio.sessions.curfew import Curfew, Step

ENDING_SECONDS: Final = 10.0
"""How long an application may take to shut down."""


@asynccontextmanager
async def lifespan_of(
    app: ASGIApp, name: str, *, observe: Observer, curfew: Curfew
) -> AsyncIterator[dict[str, Any]]:
    """Run the lifespan of *app*, which the site file calls *name*, round the block.

    Gives what it wants every request to find as ``scope["state"]``. One that knows no lifespan
    is left alone, as ASGI says. Raises `ServerError` when it says that it cannot start.
    """
    life = _Lifespan(app, name, observe)
    async with trio.open_nursery() as nursery, AsyncExitStack() as at_the_end:
        nursery.start_soon(life.run)
        await life.started.wait()
        if life.failure is not None:
            raise ServerError(f"{name} did not start: {life.failure}", status=1)
        at_the_end.callback(nursery.cancel_scope.cancel)
        at_the_end.push_async_callback(life.end, curfew)
        yield life.state


@attrs.define(eq=False)
class _Lifespan:
    app: ASGIApp
    name: str
    observe: Observer
    state: dict[str, Any] = attrs.field(factory=dict)
    failure: str | None = None
    asked: bool = False
    started: trio.Event = attrs.field(factory=trio.Event)
    shutdown: trio.Event = attrs.field(factory=trio.Event)
    ended: trio.Event = attrs.field(factory=trio.Event)

    async def run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self.app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - the wall round it
            if self.started.is_set():
                self.observe(RequestFailed(f"lifespan of {self.name}", "", new_incident(), error))
            elif self.asked:
                self.failure = blame(error)
        finally:
            self.started.set()
            self.ended.set()

    async def end(self, curfew: Curfew) -> None:
        """Ask it to end, and give it a while."""
        with curfew.grace(Step.TASKS, ENDING_SECONDS, shield=True):
            self.shutdown.set()
            await self.ended.wait()

    async def _receive(self) -> Message:
        if not self.asked:
            self.asked = True
            return {"type": "lifespan.startup"}
        await self.shutdown.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "lifespan.startup.complete":
                self.started.set()
            case "lifespan.startup.failed":
                self.failure = _reason(message)
                self.started.set()
            case "lifespan.shutdown.failed":
                told = RuntimeError(_reason(message))
                self.observe(RequestFailed(f"lifespan of {self.name}", "", new_incident(), told))
            case _:
                self.ended.set()


def _reason(message: Message) -> str:
    # Starlette's is a whole traceback, which says in its last line what it is about.
    text = str(message.get("message", "")).strip()
    return text.rpartition("\n")[2] or "it gave no reason"
