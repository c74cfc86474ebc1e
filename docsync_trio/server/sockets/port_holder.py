"""Who listens on a port, as far as this machine tells us.

"Address already in use" sends people searching. On Linux the answer stands in /proc;
elsewhere, or where another user's processes are not ours to look into, there is none.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_LISTENING: Final = "0A"
_TABLES: Final = ("net/tcp", "net/tcp6")
_LONGEST_COMMAND: Final = 60


def who_listens(port: int, proc: Path = Path("/proc")) -> str:
    """Return ``"python3 app.py (process 4711)"``, or ``""`` if it cannot be told."""
    try:
        wanted = {f"socket:[{inode}]" for inode in _inodes(port, proc)}
        return next(_holders(wanted, proc), "") if wanted else ""
    except OSError:
        return ""


def _inodes(port: int, proc: Path) -> Iterator[str]:
    for table in _TABLES:
        with contextlib.suppress(FileNotFoundError):
            for line in (proc / table).read_text().splitlines()[1:]:
                fields = line.split()
                local, state, inode = fields[1], fields[3], fields[9]
                if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                    yield inode


def _holders(wanted: set[str], proc: Path) -> Iterator[str]:
    for process in proc.glob("[0-9]*"):
        # Processes end while we look, and those of others cannot be looked into.
        with contextlib.suppress(OSError):
            if any(str(link.readlink()) in wanted for link in (process / "fd").iterdir()):
                yield f"{_command(process)} (process {process.name})"


def _command(process: Path) -> str:
    words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    words = "".join(each if each.isprintable() else "?" for each in words).strip()
    return words if len(words) <= _LONGEST_COMMAND else f"{words[:_LONGEST_COMMAND]}..."
