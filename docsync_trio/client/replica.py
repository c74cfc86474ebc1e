"""The client's document, kept in step with the server's: what is applied, what is said.

It is a shared document like the server's own, with one viewer: the server. Nothing here
waits, so it serves the session on Trio and the one for threads alike.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NoReturn

import attrs
import orjson
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent

from docsync_trio.client.catching_up import catching_up
from docsync_trio.client.errors import ServerFault
from docsync_trio.client.line import Greeting
from docsync_trio.client.news import (
    ApplicationRaised,
    ConnectionLost,
    OnNews,
    Rejoined,
    Remade,
)
from docsync_trio.client.unsettled import Unsettled, make_again
from docsync_trio.documents.bokeh_private import model_table
from docsync_trio.documents.shared_document import SharedDocument
from docsync_trio.protocol.message import Buffer, Message, Outgoing
from docsync_trio.protocol.outgoing import outgoing, pull_request

_HEADER, _METADATA, _CONTENT, _BUFFERS = range(4)
"""Where in the frames of a message its parts begin."""


class _Server:
    """The one viewer of the document, and the author of what comes from elsewhere."""


SERVER = _Server()


@attrs.define(eq=False)
class Replica:
    """*document* in step with the server's.

    *post* takes a message and the number of the connection it is for. *pushes*: the
    server's document is to become this one, not the other way round. *lock* is held
    whenever the record of changes is touched. *ready*: the document has been in step once;
    *in_step*: it is. *changes* counts what came from elsewhere.
    """

    document: Document
    _post: Callable[[Outgoing, int], None]
    _on_news: OnNews
    pushes: bool = False
    _lock: AbstractContextManager[Any] = attrs.field(factory=nullcontext)
    ready: bool = attrs.field(default=False, init=False)
    in_step: bool = attrs.field(default=False, init=False)
    changes: int = attrs.field(default=0, init=False)
    _answers: dict[str, Message | None] = attrs.field(factory=dict, init=False)
    _shared: SharedDocument = attrs.field(init=False)
    _unsettled: Unsettled = attrs.field(factory=Unsettled, init=False)
    _connection: int = attrs.field(default=0, init=False)
    _mark: str | None = attrs.field(default=None, init=False)
    _remade: bool = attrs.field(default=False, init=False)
    _question: str = attrs.field(default="", init=False)
    _away: bool = attrs.field(default=False, init=False)
    _busy: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._shared = SharedDocument(self.document, held=True)
        # What changes is recorded under the lock, so it comes to us first.
        self.document.callbacks.remove_on_change(self._shared)
        self.document.callbacks.on_change_dispatch_to(self)

    def detach(self) -> None:
        """The document is the program's alone again."""
        self.document.callbacks.remove_on_change(self)

    def greeted(self, greeting: Greeting) -> None:
        """A connection is open: ask for the document, or give it; see `Receiver`."""
        self._remade = self._mark not in {None, greeting.mark}
        is_first = self._mark is None
        self._mark, self._connection = greeting.mark, greeting.connection
        # Bokeh's server does not say whether the session is still the one that got it.
        if self.pushes and (is_first or self._remade or not greeting.mark):
            self._unsettled.forget()
            self._put(self._push())
            self.in_step = True  # what changes from now on follows it
        else:
            self._put(pull_request())

    def received(self, message: Message) -> None:
        """Take what the server says; see `Receiver`. Raises what callbacks raise."""
        self._unsettled.settled(message.reply_to)
        if message.reply_to is not None and message.reply_to == self._question:
            self._answered(message)
        elif message.kind == "PATCH-DOC":
            if self.in_step and not self._question:  # else the document asked for has it
                self._apply(lambda: self._shared.patch(SERVER, message))
        elif message.reply_to in self._answers:
            self._answers[message.reply_to] = message
        elif message.kind == "ERROR":
            self._on_news(ApplicationRaised(message.content["text"]))

    def lost(self, news: ConnectionLost) -> None:
        """The connection is gone, and with it all open questions; see `Receiver`."""
        self.in_step, self._away, self._connection, self._question = False, True, 0, ""
        self._answers = {key: each for key, each in self._answers.items() if each is not None}
        self._on_news(news)

    def missed(self) -> None:
        """Patches were dropped on the way here: ask for the whole document."""
        if self._connection:
            self.in_step = False
            self._put(pull_request())

    def ask(self, question: Outgoing) -> str:
        """Send *question* and return its id, for `is_settled` and `take_answer`."""
        self._answers[question.id] = None
        self._post(question, self._connection)
        return question.id

    def is_settled(self, question_id: str) -> bool:
        """Whether `take_answer` has something to say: the answer is here, or lost for good."""
        return self._answers.get(question_id) is not None or question_id not in self._answers

    def take_answer(self, question_id: str) -> Message | None:
        """The answer, once; None if the connection broke before it came."""
        return self._answers.pop(question_id, None)

    def _document_patched(self, event: DocumentPatchedEvent) -> None:
        """Bokeh calls this by its name for every change, in the midst of the change."""
        with self._lock:
            event.dispatch(self._shared)
            author: object = event.setter
            if author is not SERVER:
                self._unsettled.changed(event)
                if not self._busy:
                    self._say()

    def _session_callback_added(self, _event: object) -> NoReturn:
        """Bokeh calls this by its name."""
        raise RuntimeError(
            "callbacks in time (next tick, timeout, periodic) and async callbacks run in "
            "servers; in a client use a task or a loop of your own"
        )

    def _answered(self, message: Message) -> None:
        self._question = ""
        if message.kind == "ERROR":
            raise ServerFault("the server has no document to give", reason=message.content["text"])
        self.in_step = True  # what callbacks change from now on can be sent
        if message.kind == "OK":
            self._arrived((), is_new=self._remade)
        elif not self.ready:
            self._apply(lambda: self._shared.push(SERVER, message))
            self._unsettled.forget()
            self._arrived((), is_new=False)
        else:
            self._catch_up(message)

    def _catch_up(self, pulled: Message) -> None:
        """The document has been pulled again."""
        known = set(model_table(self.document))
        again, not_kept = self._unsettled.take(self.document)
        plan = catching_up(self.document, pulled)

        def apply() -> list[BaseException] | None:
            if plan is None:
                self._shared.push(SERVER, pulled)
                return None
            errors = self._shared.patch(SERVER, plan.patch)
            for model, attr in plan.defaults:
                delattr(model, attr)
            return errors

        errors = self._errors_of(apply)
        is_new = self._remade or known.isdisjoint(model_table(self.document))
        for edit, value in again:
            if is_new or not make_again(self.document, edit, value):
                not_kept = (*not_kept, edit.name)
        self._arrived(not_kept, is_new=is_new)
        _raise(errors)

    def _arrived(self, not_kept: tuple[str, ...], *, is_new: bool) -> None:
        self.ready = True
        if self._away:
            self._away = False
            self._on_news(Remade(not_kept) if is_new else Rejoined(not_kept))

    def _apply(self, change: Callable[[], list[BaseException] | None]) -> None:
        _raise(self._errors_of(change))

    def _errors_of(self, change: Callable[[], list[BaseException] | None]) -> list[BaseException]:
        """Make a change that comes from elsewhere; what callbacks changed follows at once."""
        self._busy = True
        try:
            errors = change() or []
        finally:
            self._busy = False
        self.changes += 1
        self._say()
        return errors

    def _say(self) -> None:
        """Tell the server what has changed here."""
        unsent: list[Exception] = []
        for post in self._shared.drain(time.monotonic(), unsent.append):
            self._unsettled.sent(post.message.id)
            self._post(post.message, self._connection if self.in_step else 0)
        _raise(unsent)

    def _put(self, question: Outgoing) -> None:
        self._question = question.id
        self._post(question, self._connection)

    def _push(self) -> Outgoing:
        """The whole document for the server, which is kept in step from now on."""
        ours = self._shared.pull(SERVER, Message("PULL-DOC-REQ", "", {}))
        frames = ours.frames
        pairs = zip(frames[_BUFFERS::2], frames[_BUFFERS + 1 :: 2], strict=True)
        buffers = [Buffer(orjson.loads(reference)["id"], data) for reference, data in pairs]  # type: ignore[arg-type]
        return outgoing("PUSH-DOC", frames[_CONTENT], buffers=buffers)


def _raise(errors: "list[BaseException] | list[Exception]") -> None:
    if len(errors) > 1:
        raise BaseExceptionGroup("callbacks of the document", list(errors))
    if errors:
        raise errors[0]
