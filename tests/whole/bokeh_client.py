"""Bokeh's own client, in a process of its own: ``python bokeh_client.py WHAT URL [SESSION]``.

Tests read what it prints. It stays in step by Bokeh's loop alone: a callback on the
change that is waited for closes the session, which ends the loop.
"""

import sys

from bokeh.client import pull_session, push_session
from bokeh.document import Document
from bokeh.models import Div, Slider


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def use(url: str) -> None:
    """Pull a new session, move a slider, and wait for what the server makes of it."""
    with pull_session(url=url) as session:
        info = session.request_server_info()
        wave = session.document.get_model_by_name("wave")
        before = max(wave.data["y"])
        wave.on_change("data", lambda attr, old, new: session.close())
        session.document.get_model_by_name("amplitude").value = 3.0
        session._loop_until_closed()
        say(f"bokeh {info['version_info']['bokeh']}")
        say(f"three times as high: {abs(max(wave.data['y']) - 3 * before) < 1e-9}")


def push(url: str) -> None:
    """Push a document of our own, and answer its slider until we are ended."""
    slider = Slider(name="pushed", start=0, end=10, value=1)
    answer = Div(name="answer", text="none")
    document = Document(title="Pushed")
    document.add_root(slider)
    document.add_root(answer)
    with push_session(document, url=url) as session:
        say(f"session {session.id}")

        def moved(attr: str, old: float, new: float) -> None:
            answer.text = f"moved from {old} to {new}"

        slider.on_change("value", moved)
        session._loop_until_closed()


def join(url: str, session_id: str) -> None:
    """Join the session of somebody who pushed, move their slider, and wait for the answer."""
    with pull_session(session_id=session_id, url=url) as session:
        answer = session.document.get_model_by_name("answer")
        slider = session.document.get_model_by_name("pushed")
        answer.on_change("text", lambda attr, old, new: session.close())
        slider.value = 7
        session._loop_until_closed()
        say(f"{session.document.title}: {answer.text}")


if __name__ == "__main__":
    {"use": use, "push": push, "join": join}[sys.argv[1]](*sys.argv[2:])
