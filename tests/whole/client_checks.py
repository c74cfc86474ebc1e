"""One list of checks for Python clients, run by any client against any server.

``python client_checks.py CLIENT URL`` prints a line for each check that holds, in a process
of its own. CLIENT is ``bokeh`` (Bokeh's client), ``trio`` or ``blocking`` (ours). All of them
wait in the same way, `AnySession.until`; for those that block nobody else is there to wait.
"""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import numpy as np
import trio
from bokeh.client import pull_session as bokeh_pull
from bokeh.client import push_session as bokeh_push
from bokeh.document import Document
from bokeh.models import Div, Slider

import docsync_trio.blocking as ours_blocking
import docsync_trio.client as ours

SECONDS = 30.0

APPLICATION = """
from bokeh.models import ColumnDataSource, Div, Slider
from bokeh.plotting import curdoc
import numpy as np

document = curdoc()
arguments = document.session_context.request.arguments
slider = Slider(name="slider", start=0, end=100, value=1)
label = Div(name="label", text=repr(sorted(arguments.items())))
table = ColumnDataSource(name="table", data={"x": np.arange(4.0), "name": list("abcd")})
heard = []

def moved(attr, old, new):
    heard.append(new)
    table.stream({"x": [float(new)], "name": ["e"]})
    if new == 50:
        document.add_root(Div(name="new", text="from the server"))
    if new == 60:
        document.remove_root(document.get_model_by_name("new"))
    if new == 70:
        document.title = "seventy"
    label.text = f"at {heard}"

slider.on_change("value", moved)
document.title = "For clients"
for root in (slider, label, table):
    document.add_root(root)
"""


class AnySession(Protocol):
    """What every client's session has."""

    document: Document
    id: str

    async def until(self, condition: Callable[[], bool]) -> None:
        """Apply what comes until *condition* is true."""
        ...

    async def info(self) -> dict[str, Any]:
        """What the server says of itself."""
        ...


class Client(Protocol):
    """How a client opens sessions."""

    def pull(self, url: str, **options: Any) -> AbstractAsyncContextManager[AnySession]:
        """A session that was pulled."""
        ...

    def push(self, document: Document, url: str) -> AbstractAsyncContextManager[AnySession]:
        """A session that was pushed."""
        ...


def named(session: AnySession, name: str) -> Any:
    return session.document.get_model_by_name(name)


async def a_pulled_document_is_the_applications(client: Client, url: str) -> None:
    async with client.pull(url) as session:
        assert session.document.title == "For clients"
        assert [root.name for root in session.document.roots] == ["slider", "label", "table"]
        data = named(session, "table").data
        assert np.array_equal(data["x"], np.arange(4.0))
        assert list(data["name"]) == list("abcd")


async def arguments_reach_the_application(client: Client, url: str) -> None:
    async with client.pull(url, arguments={"N": "10", "who": "a b"}) as session:
        text = named(session, "label").text
        assert text == "[('N', [b'10']), ('who', [b'a b'])]", text


async def changes_arrive_in_order_and_their_answers_come_back(client: Client, url: str) -> None:
    async with client.pull(url) as session:
        for value in (3, 2, 9):
            named(session, "slider").value = value
        await session.until(lambda: named(session, "label").text == "at [3, 2, 9]")
        assert list(named(session, "table").data["x"]) == [0, 1, 2, 3, 3, 2, 9]


async def callbacks_hear_of_what_the_server_changes(client: Client, url: str) -> None:
    heard: list[str] = []
    async with client.pull(url) as session:
        named(session, "label").on_change("text", lambda attr, old, new: heard.append(new))
        named(session, "slider").value = 5
        await session.until(lambda: bool(heard))
    assert heard == ["at [5]"]


async def models_and_the_title_change_on_the_server(client: Client, url: str) -> None:
    async with client.pull(url) as session:
        slider = named(session, "slider")
        slider.value = 50
        await session.until(lambda: named(session, "label").text == "at [50]")
        assert named(session, "new").text == "from the server"
        slider.value = 60
        await session.until(lambda: named(session, "label").text == "at [50, 60]")
        assert named(session, "new") is None
        slider.value = 70
        await session.until(lambda: named(session, "label").text == "at [50, 60, 70]")
        assert session.document.title == "seventy"


async def models_come_and_go_in_the_client(client: Client, url: str) -> None:
    # The other one comes later: Bokeh 3.10's server sends whoever is there a bare reference.
    async with client.pull(url) as session:
        session.document.add_root(Div(name="mine", text="from the client"))
        named(session, "slider").value = 1.5
        await session.until(lambda: named(session, "label").text == "at [1.5]")
        async with client.pull(url, session_id=session.id) as other:
            assert named(other, "mine").text == "from the client"


async def a_pushed_document_is_shared_with_who_joins_it(client: Client, url: str) -> None:
    document = Document(title="Pushed")
    slider, answer = Slider(name="pushed", start=0, end=10, value=1), Div(name="answer")
    slider.on_change("value", lambda attr, old, new: setattr(answer, "text", f"{old} to {new}"))
    document.add_root(slider)
    document.add_root(answer)
    async with (
        client.push(document, url) as session,
        client.pull(url, session_id=session.id) as other,
    ):
        assert other.document.title == "Pushed"
        named(other, "pushed").value = 7
        await other.info()
        await session.until(lambda: answer.text == "1 to 7")
        await session.info()
        await other.until(lambda: named(other, "answer").text == "1 to 7")


async def the_server_says_its_version(client: Client, url: str) -> None:
    async with client.pull(url) as session:
        assert (await session.info())["version_info"]["bokeh"].startswith("3.")


async def there_is_no_application(client: Client, url: str) -> None:
    try:
        async with client.pull(f"{url}/nothing-here"):
            pass
    except (ours.NoSuchApplication, OSError):
        return
    raise AssertionError("there was one")


CHECKS = (
    a_pulled_document_is_the_applications,
    arguments_reach_the_application,
    changes_arrive_in_order_and_their_answers_come_back,
    callbacks_hear_of_what_the_server_changes,
    models_and_the_title_change_on_the_server,
    models_come_and_go_in_the_client,
    a_pushed_document_is_shared_with_who_joins_it,
    the_server_says_its_version,
    there_is_no_application,
)


class BokehSession:
    def __init__(self, session: Any) -> None:
        self.document, self.id, self._session = session.document, session.id, session

    async def until(self, condition: Callable[[], bool]) -> None:
        if not condition():
            self._session._connection._loop_until(condition)
        assert condition(), "the connection ended before"

    async def info(self) -> dict[str, Any]:
        return dict(self._session.request_server_info())


class BokehClient:
    @asynccontextmanager
    async def pull(self, url: str, **options: Any) -> AsyncIterator[AnySession]:
        with bokeh_pull(url=url, **options) as session:
            yield BokehSession(session)

    @asynccontextmanager
    async def push(self, document: Document, url: str) -> AsyncIterator[AnySession]:
        with bokeh_push(document, url=url) as session:
            yield BokehSession(session)


class TrioSession:
    def __init__(self, session: ours.Session) -> None:
        self.document, self.id, self.until = session.document, session.id, session.until
        self.info = session.server_info


class TrioClient:
    @asynccontextmanager
    async def pull(self, url: str, **options: Any) -> AsyncIterator[AnySession]:
        async with ours.pull_session(url, **options) as session:
            yield TrioSession(session)

    @asynccontextmanager
    async def push(self, document: Document, url: str) -> AsyncIterator[AnySession]:
        async with ours.push_session(document, url) as session:
            yield TrioSession(session)


class BlockingSession:
    def __init__(self, session: ours_blocking.Session) -> None:
        self.document, self.id, self._session = session.document, session.id, session

    async def until(self, condition: Callable[[], bool]) -> None:
        self._session.until(condition, timeout=SECONDS)

    async def info(self) -> dict[str, Any]:
        return self._session.server_info()


class BlockingClient:
    @asynccontextmanager
    async def pull(self, url: str, **options: Any) -> AsyncIterator[AnySession]:
        with ours_blocking.pull_session(url, **options) as session:
            yield BlockingSession(session)

    @asynccontextmanager
    async def push(self, document: Document, url: str) -> AsyncIterator[AnySession]:
        with ours_blocking.push_session(document, url) as session:
            yield BlockingSession(session)


CLIENTS: dict[str, type[Client]] = {
    "bokeh": BokehClient,
    "trio": TrioClient,
    "blocking": BlockingClient,
}


async def run(client: Client, url: str) -> None:
    for check in CHECKS:
        with trio.fail_after(SECONDS):
            await check(client, url)
        sys.stdout.write(f"holds: {check.__name__}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    trio.run(run, CLIENTS[sys.argv[1]](), sys.argv[2])
