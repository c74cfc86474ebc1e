"""The servers that are compared: what each needs, and the command that starts it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from benchmarks.sites import HERE, Kind, Site

ROOT = HERE.parent


@attrs.frozen
class Launch:
    """All that a command may depend on; *folder* is for what it has to write."""

    python: Path
    site: Site
    port: int
    folder: Path


Command = Callable[[Launch], list[str]]


@attrs.frozen
class Peer:
    """*python* is the interpreter's version, *needs* what pip installs.

    *version_of* is the package whose version is the server's. *environment* holds further
    variables; *serves* says whose applications it is started with.
    """

    name: str
    says: str
    python: str
    needs: tuple[str, ...]
    command: Command
    version_of: str = "bokeh"
    environment: Mapping[str, str] = attrs.field(factory=dict)
    serves: frozenset[Kind] = frozenset({"bokeh"})

    @property
    def is_ours(self) -> bool:
        """Whether it is this project's server."""
        return self.version_of == "docsync-trio"


def site_file(launch: Launch, *, callbacks: str) -> Path:
    """Write our site file; *callbacks* is what `run_callbacks_in` is set to."""
    lifetime = f'"{launch.site.lifetime}ms"'
    lines = ["[sessions]", "max_connections = 0"]
    lines += [f"{kind}_lifetime = {lifetime}" for kind in ("unclaimed", "unused", "lost")]
    for file in launch.site.files():
        lines += ["[[applications]]", f'path = "/{file.stem}"', f'run_callbacks_in = "{callbacks}"']
        lines += [f"handlers = [{{ file = {json.dumps(str(file))} }}]"]
    path = launch.folder / f"site-{launch.port}.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _ours(callbacks: str) -> Command:
    def command(launch: Launch) -> list[str]:
        site = site_file(launch, callbacks=callbacks)
        address = f"127.0.0.1:{launch.port}"
        start = [str(launch.python), "-m", "docsync_trio", "run", str(site)]
        return [*start, "--bind", address, "--log-level", "warning"]

    return command


def _tornado(*start: str) -> Command:
    """Return the command for a server with Bokeh's command line."""

    def command(launch: Launch) -> list[str]:
        return [
            *(str(launch.python), *start, *map(str, launch.site.files())),
            *("--port", str(launch.port), "--address", "127.0.0.1", "--log-level", "warning"),
            *("--allow-websocket-origin", f"127.0.0.1:{launch.port}"),
            *("--unused-session-lifetime", str(launch.site.lifetime)),
            *("--check-unused-sessions", str(launch.site.check)),
        ]

    return command


def _launcher(name: str) -> Command:
    """Return the command for one of our own scripts in `launchers/`."""

    def command(launch: Launch) -> list[str]:
        times = (launch.port, launch.site.lifetime, launch.site.check)
        script = HERE / "launchers" / f"{name}.py"
        return [str(launch.python), *map(str, (script, *times, *launch.site.files()))]

    return command


_BOKEH_39, _BOKEH_310, _PANEL = "bokeh==3.9.*", "bokeh==3.10.*", "panel==1.9.*"
_NODELAY = str(HERE / "launchers" / "bokeh_nodelay.py")
_UVICORN = "uvicorn[standard]"


def _us(name: str, says: str, python: str, callbacks: str = "auto") -> Peer:
    needs = (str(ROOT),)
    return Peer(name, says, python, needs, _ours(callbacks), version_of="docsync-trio")


PEERS = (
    _us("ours-3.11", "docsync run", "3.11"),
    _us("ours-3.13", "docsync run", "3.13"),
    _us("ours-loop-3.11", "docsync run, callbacks in the loop", "3.11", "loop"),
    Peer("bokeh-3.9", "bokeh serve", "3.11", (_BOKEH_39,), _tornado("-m", "bokeh", "serve")),
    Peer(
        "bokeh-nodelay-3.9",
        "bokeh serve with TCP_NODELAY patched in",
        "3.11",
        (_BOKEH_39,),
        _tornado(_NODELAY, "serve"),
    ),
    Peer("bokeh-3.10", "bokeh serve", "3.13", (_BOKEH_310,), _tornado("-m", "bokeh", "serve")),
    Peer(
        "asgi-3.10",
        "BokehASGI under uvicorn",
        "3.13",
        (_BOKEH_310, _UVICORN),
        _launcher("under_uvicorn"),
    ),
    Peer(
        "panel-1.9",
        "panel serve",
        "3.11",
        (_BOKEH_39, _PANEL),
        _tornado("-m", "panel", "serve"),
        version_of="panel",
        serves=frozenset({"bokeh", "panel"}),
    ),
    Peer(
        "ours-panel-3.11",
        "docsync run, with Panel",
        "3.11",
        (str(ROOT), _BOKEH_39, _PANEL),
        _ours("auto"),
        version_of="docsync-trio",
        serves=frozenset({"panel"}),
    ),
    Peer(
        "fastapi-0.1",
        "bokeh-fastapi under uvicorn",
        "3.11",
        (_BOKEH_39, "bokeh-fastapi==0.1.*", _UVICORN),
        _launcher("under_fastapi"),
        version_of="bokeh-fastapi",
    ),
)
