"""Groups: names under which sessions of one application meet, and where these are kept.

`GroupStore` is all that the rest knows of the keeping, so that groups may one day be kept
outside of this process: what is sent consists of plain values, members are known by ids
that say nothing about their sessions, and nothing that is asked of it waits for anybody.
"""

from typing import Any, Protocol

import attrs


@attrs.frozen
class Member:
    """A session as other sessions know it.

    *id* is the same in all groups and in messages, as long as the session lives; it is not
    the id of the session, and no secret. *info* is what the session says of itself: what
    it gave when it joined; None where it gave nothing.
    """

    id: str
    info: Any = None


@attrs.frozen
class GroupMessage:
    """A message on its way: *content* is a copy that nobody else has.

    *sender* is None where the application sent it and no session.
    """

    group: str
    content: Any
    sender: Member | None


class Receiver(Protocol):
    """A member's own side. It must not wait and must not raise."""

    def receive(self, message: GroupMessage) -> None:
        """Take *message*, which is shared with other receivers."""
        ...

    def presence_changed(self, group: str) -> None:
        """Somebody came to *group*, left it, or says something else of itself."""
        ...


class GroupStore(Protocol):
    """Who is in which group, and the way to them; used in Trio's thread."""

    def join(self, group: str, member: Member, receiver: Receiver) -> None:
        """Let *member* be in *group*; one that is there already brings its new info."""
        ...

    def leave(self, group: str, member_id: str) -> None:
        """Let the member of that id be no longer in *group*; nothing happens if it is not."""
        ...

    def send(self, message: GroupMessage) -> None:
        """Give *message* to all members of its group but the sender, in order of sending."""
        ...

    def members(self, group: str) -> tuple[Member, ...]:
        """Those who are in *group*, in the order in which they came."""
        ...


@attrs.define(eq=False)
class MemoryGroups:
    """A `GroupStore` in the memory of this process."""

    _groups: dict[str, dict[str, tuple[Member, Receiver]]] = attrs.field(factory=dict, init=False)

    def join(self, group: str, member: Member, receiver: Receiver) -> None:
        """Let *member* be in *group*."""
        self._groups.setdefault(group, {})[member.id] = (member, receiver)
        self._tell(group)

    def leave(self, group: str, member_id: str) -> None:
        """Let the member of that id be no longer in *group*."""
        members = self._groups.get(group, {})
        if members.pop(member_id, None) is None:
            return
        if members:
            self._tell(group)
        else:
            del self._groups[group]

    def send(self, message: GroupMessage) -> None:
        """Give *message* to all members of its group but the sender."""
        sender = None if message.sender is None else message.sender.id
        for member_id, (_, receiver) in self._groups.get(message.group, {}).items():
            if member_id != sender:
                receiver.receive(message)

    def members(self, group: str) -> tuple[Member, ...]:
        """Those who are in *group*, in the order in which they came."""
        return tuple(member for member, _ in self._groups.get(group, {}).values())

    def _tell(self, group: str) -> None:
        for _, receiver in self._groups[group].values():
            receiver.presence_changed(group)
