"""The groups of an application as one session sees them: ``session_context.groups``.

Messages and news of who is there come to the session's own callbacks, in its turn. All may
be called from wherever the application's code runs: nothing here waits for other sessions.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import uuid4

import attrs
import trio

from docsync_trio.applications.hooks import takes_arguments
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.asyncio_bridge import EitherWay
from docsync_trio.sessions.caller import name_of
from docsync_trio.sessions.deliveries import Deliveries
from docsync_trio.sessions.groups import GroupMessage, GroupStore, Member
from docsync_trio.sessions.message_copy import message_copy
from docsync_trio.sessions.turns import Turns

MessageCallback = Callable[[Any, Member | None], Any]
PresenceCallback = Callable[[tuple[Member, ...]], Any]


@attrs.define(eq=False)
class SessionGroups:
    """The groups that a session is in. After the session it is in none, and joins none."""

    _store: GroupStore
    _home: HomeThread
    _deliveries: Deliveries
    id: str = attrs.field(factory=lambda: uuid4().hex, init=False)
    _joined: dict[str, Member] = attrs.field(factory=dict, init=False)
    _on_message: dict[str, list[MessageCallback]] = attrs.field(factory=dict, init=False)
    _on_presence: dict[str, list[PresenceCallback]] = attrs.field(factory=dict, init=False)
    _presence_news: set[str] = attrs.field(factory=set, init=False)
    _ended: bool = attrs.field(default=False, init=False)

    def join(self, group: str, info: Any = None) -> None:
        """Be in *group* until `leave`, or until the session ends.

        *info* is what others find in `Member.info`, such as a name: anything that may be
        sent. Joining again changes it. Raises TypeError for what cannot be sent.
        """
        self._home.call(self._join, _checked(group), Member(self.id, message_copy(info)))

    def leave(self, group: str) -> None:
        """Be no longer in *group*, and forget the callbacks for it."""
        self._home.call(self._leave, _checked(group))

    def send(self, group: str, message: Any) -> Awaitable[None]:
        """Send a copy of *message* to all others in *group*; one need not be in it.

        It is on its way when this returns; ``await groups.send(...)`` lets others run
        meanwhile. It does not wait for anybody to receive it. Raises TypeError, at once, for
        what cannot be sent.
        """
        self._home.call(self._send, _checked(group), message_copy(message))
        return EitherWay(trio.lowlevel.checkpoint)

    def members(self, group: str) -> tuple[Member, ...]:
        """Those who are in *group*, this session too if it is, in the order of their coming."""
        return self._home.ask(partial(self._store.members, _checked(group)))

    def on_group_message(self, group: str, callback: MessageCallback) -> None:
        """Call ``callback(message, sender)`` with each message that is sent to *group*.

        *sender* is the `Member` that sent it, None where the application did. Only those
        who have joined are sent messages, and not their own. Raises TypeError for a
        *callback* that does not take two arguments.
        """
        if not takes_arguments(callback, 2):
            raise TypeError(f"{name_of(callback)} is called with two arguments: message, sender")
        self._home.call(self._add, self._on_message, _checked(group), callback)

    def on_presence(self, group: str, callback: PresenceCallback) -> None:
        """Call ``callback(members)`` when somebody comes to *group*, leaves or changes its info.

        It is told who is there: now, if the session is in the group, and then once for several
        changes in quick succession; this session's own coming counts. Raises TypeError for a
        *callback* that does not take one argument.
        """
        if not takes_arguments(callback, 1):
            raise TypeError(f"{name_of(callback)} is called with one argument: members")
        self._home.call(self._add, self._on_presence, _checked(group), callback)
        self._home.call(self._tell_now, group)

    def receive(self, message: GroupMessage) -> None:
        """Take a message; called by the store."""
        self._deliveries.post(_Message(self, message))

    def presence_changed(self, group: str) -> None:
        """Take the news that *group* has changed; called by the store."""
        if group not in self._presence_news:
            self._presence_news.add(group)
            self._deliveries.post(_Presence(self, group))

    def end(self) -> None:
        """Leave all groups, for good; what is still sent has the sender's info."""
        self._ended = True
        for group in self._joined:
            self._store.leave(group, self.id)
        self._on_message.clear()
        self._on_presence.clear()

    async def tell_message(self, turns: Turns, message: GroupMessage) -> None:
        """Call the callbacks for *message*, each with a copy, if the session is still there."""
        for callback in self._of(self._on_message, message.group):
            content = message_copy(message.content)
            what = f"group message callback {name_of(callback)}"
            await turns.take(what, callback, content, message.sender)

    async def tell_presence(self, turns: Turns, group: str) -> None:
        """Call the callbacks for who is in *group* now."""
        self._presence_news.discard(group)
        for callback in self._of(self._on_presence, group):
            what = f"presence callback {name_of(callback)}"
            await turns.take(what, callback, self._store.members(group))

    def presence_dropped(self, group: str) -> None:
        """Try again later: who is there is a state, of which the latest must arrive."""
        self._presence_news.discard(group)
        if not self._ended:
            self.presence_changed(group)

    def _join(self, group: str, member: Member) -> None:
        if not self._ended:
            self._joined[group] = member
            self._store.join(group, member, self)

    def _leave(self, group: str) -> None:
        self._on_message.pop(group, None)
        self._on_presence.pop(group, None)
        if self._joined.pop(group, None) is not None:
            self._store.leave(group, self.id)

    def _send(self, group: str, content: Any) -> None:
        sender = self._joined.get(group) or Member(self.id)
        self._store.send(GroupMessage(group, content, sender))

    def _add(self, callbacks: dict[str, list[Any]], group: str, callback: Any) -> None:
        if not self._ended and callback not in callbacks.setdefault(group, []):
            callbacks[group].append(callback)

    def _tell_now(self, group: str) -> None:
        if group in self._joined:
            self.presence_changed(group)

    def _of(self, callbacks: dict[str, list[Any]], group: str) -> list[Any]:
        return list(callbacks.get(group, ())) if group in self._joined else []


@attrs.frozen(eq=False)
class _Message:
    groups: SessionGroups
    message: GroupMessage

    async def deliver(self, turns: Turns) -> None:
        await self.groups.tell_message(turns, self.message)

    def dropped(self) -> None:
        """Nobody waits for it."""


@attrs.frozen(eq=False)
class _Presence:
    groups: SessionGroups
    group: str

    async def deliver(self, turns: Turns) -> None:
        await self.groups.tell_presence(turns, self.group)

    def dropped(self) -> None:
        self.groups.presence_dropped(self.group)


@attrs.frozen(eq=False)
class ServerGroups:
    """The groups of an application as its own code sees them: ``server_context.groups``."""

    _store: GroupStore
    _home: HomeThread

    def send(self, group: str, message: Any) -> Awaitable[None]:
        """Send a copy of *message* to all in *group*; their callbacks find no sender.

        As `SessionGroups.send` does.
        """
        content = message_copy(message)
        self._home.call(self._store.send, GroupMessage(_checked(group), content, None))
        return EitherWay(trio.lowlevel.checkpoint)

    def members(self, group: str) -> tuple[Member, ...]:
        """Those who are in *group*, in the order in which they came."""
        return self._home.ask(partial(self._store.members, _checked(group)))


def _checked(group: Any) -> str:
    if not isinstance(group, str) or not group:
        raise TypeError(f"a group is named by a string that is not empty, not {group!r}")
    return group
