"""A virtual environment for each set of needs, made once below `.venvs/`."""

import hashlib
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from benchmarks.peers import ROOT, Peer
from benchmarks.sites import HERE

VENVS = HERE / ".venvs"


class NotInstalledError(Exception):
    """An interpreter is not here, or pip has failed."""


def find_python(version: str) -> Path:
    """Return an interpreter of that version ("3.13"): ours, one on PATH, or one of pyenv's."""
    candidates = [sys.executable, f"python{version}", "python3", *_of_pyenv(version)]
    for candidate in candidates:
        found = shutil.which(candidate)
        if found and _version(found) == version:
            return Path(found)
    raise NotInstalledError(f"no Python {version} on this machine")


def _of_pyenv(version: str) -> list[str]:
    if shutil.which("pyenv") is None:
        return []
    listed = _output("pyenv", "versions", "--bare").split()
    matching = [name for name in listed if name.startswith(f"{version}.")]
    return [f"{_output('pyenv', 'prefix', name).strip()}/bin/python3" for name in matching]


def _version(python: str) -> str:
    """Return what *python* is; a stand-in of pyenv's that is not switched on says nothing."""
    return _output(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def environment(name: str, python: str, needs: Sequence[str]) -> Path:
    """Return the interpreter of the environment *name*, made if it is not there."""
    folder = VENVS / name
    interpreter, made = folder / "bin" / "python", folder / "made-for"
    wanted = _fingerprint(needs)
    with _alone(name):
        if not made.is_file() or made.read_text() != wanted:
            print(f"making the environment of {name}", file=sys.stderr, flush=True)
            _make(folder, interpreter, python, needs)
            made.write_text(wanted)
    return interpreter


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Wait until nobody else makes that environment."""
    VENVS.mkdir(exist_ok=True)
    with (VENVS / f"{name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield


def _make(folder: Path, interpreter: Path, python: str, needs: Sequence[str]) -> None:
    """Make it, or bring one that is there up to date; servers may be running from it."""
    if not interpreter.exists():
        _run(str(find_python(python)), "-m", "venv", str(folder))
    pip = (str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*pip, *(word for need in needs for word in _as_words(need)))


def environment_of(peer: Peer) -> Path:
    """Return the interpreter for *peer*; equal needs share an environment."""
    needs = hashlib.sha256(repr(peer.needs).encode()).hexdigest()[:8]
    label = "ours" if peer.is_ours else peer.version_of
    return environment(f"{label}-{peer.python}-{needs}", peer.python, peer.needs)


def installed_versions(interpreter: Path) -> dict[str, str]:
    """Return the version of every package there."""
    listed = _output(str(interpreter), "-m", "pip", "list", "--format=freeze")
    pairs = (line.partition("==") for line in listed.splitlines())
    return {name.lower(): version for name, _, version in pairs if version}


def _as_words(need: str) -> tuple[str, ...]:
    return ("--editable", need) if need == str(ROOT) else (need,)


def _fingerprint(needs: Sequence[str]) -> str:
    """Return what *needs* say; our own are those of pyproject.toml."""
    if str(ROOT) not in needs:
        return repr(needs)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return repr((needs, project["dependencies"]))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInstalledError(f"{' '.join(command)}\n{done.stderr[-2000:]}")
