"""Sites for the tests that provoke faults, written anew for each of them."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.whole.processes import Server, running

QUIET = """
from bokeh.io import curdoc
from bokeh.models import Div, Slider
curdoc().add_root(Div(text="quiet"))
curdoc().add_root(Slider(name="slider", start=0, end=10, value=1))
"""

LISTENING = r"http://[\d.]+:(?P<port>[1-9]\d*)"


def write_site(folder: Path, *, top: str = "", **applications: str) -> Path:
    """A site of *applications* (scripts by name), and "quiet", in which nothing happens.

    A script that begins with ``#!`` goes on with keys of its application. *top* is TOML for
    the site.
    """
    lines = [top]
    for name, script in {"quiet": QUIET, **applications}.items():
        (folder / f"{name}.py").write_text(script)
        head = script.partition("\n")[0]
        keys = head.removeprefix("#!") if head.startswith("#!") else ""
        handlers = f'handlers = [{{ file = "{name}.py" }}]'
        lines.append(f'[[applications]]\npath = "/{name}"\n{handlers}\n{keys}')
    site = folder / "site.toml"
    site.write_text("\n".join(lines))
    return site


@contextmanager
def serving(site: Path, *arguments: str, within: Sequence[str] = ()) -> Iterator[Server]:
    """Serve *site*; unlike `docsync`, errors in the log and an end of its own are no fault."""
    command = [*within, sys.executable, "-m", "docsync_trio", "run", str(site)]
    bind = () if "--bind" in arguments else ("--bind", "127.0.0.1:0")
    with running([*command, *bind, *arguments], listening=LISTENING) as server:
        yield server
