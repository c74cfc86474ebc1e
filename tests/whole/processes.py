"""Servers in processes of their own, as their users start them.

A whole test must see what an operator sees: the command, its output, its exit. The
processes are always ended, whatever the test does.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import attrs

ROOT = Path(__file__).resolve().parents[2]
STARTING = 60.0
"""Seconds for a server to listen; on a busy machine importing Bokeh alone takes some."""
STOPPING = 20.0


@attrs.define(eq=False)
class Log:
    """What a process writes, line by line, as it comes."""

    lines: list[str] = attrs.field(factory=list)
    ended: bool = False
    changed: threading.Condition = attrs.field(factory=threading.Condition)

    def follow(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                with self.changed:
                    self.lines.append(line.rstrip("\n"))
                    self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def find(self, pattern: str) -> re.Match[str] | None:
        return next(filter(None, (re.search(pattern, line) for line in self.lines)), None)

    def wait_for(self, pattern: str, *, seconds: float = STARTING) -> re.Match[str]:
        """Return the first match of *pattern* in a line; fails when there will be none."""
        with self.changed:
            self.changed.wait_for(lambda: self.find(pattern) or self.ended, timeout=seconds)
            match = self.find(pattern)
        if match is None:
            raise AssertionError(f"no line matches {pattern!r} in:\n{self.text}")
        return match

    def whole_text(self) -> str:
        """All of it, once the process has closed its output."""
        with self.changed:
            self.changed.wait_for(lambda: self.ended, timeout=STOPPING)
        return self.text

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@attrs.frozen
class Server:
    """A server that listens: its address (``http://127.0.0.1:41234``), log and process."""

    url: str
    log: Log
    process: subprocess.Popen[str]


@contextmanager
def started(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
) -> Iterator[tuple[subprocess.Popen[str], Log]]:
    """Run *command*, at the latest until the block ends; *env* is added to ours.

    It inherits the descriptors *pass_fds*.
    """
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=pass_fds,
    )
    log = Log()
    assert process.stdout is not None
    reader = threading.Thread(target=log.follow, args=(process.stdout,), daemon=True)
    reader.start()
    try:
        yield process, log
    finally:
        process.terminate()
        try:
            process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()


@contextmanager
def running(
    command: Sequence[str], *, listening: str, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run a server until the block ends; *listening* matches its line with the port."""
    with started(command, env=env) as (process, log):
        port = log.wait_for(listening)["port"]
        yield Server(url=f"http://127.0.0.1:{port}", log=log, process=process)


@contextmanager
def docsync(site: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run ``docsync run`` on a free port. An error in its log fails the test."""
    command = [sys.executable, "-m", "docsync_trio", "run", str(site), "--bind", "127.0.0.1:0"]
    with running(
        [*command, *arguments], listening=r"http://127\.0\.0\.1:(?P<port>[1-9]\d*)", env=env
    ) as server:
        yield server
        ended_by_itself = server.process.poll()
    assert ended_by_itself is None, f"the server ended:\n{server.log.text}"
    assert server.log.find(r"Traceback|^\S+ \S+ (error|critical) ") is None, server.log.text


@contextmanager
def bokeh_serve(
    applications: Sequence[Path], *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run Bokeh's own server on the same files; reached by address, as ours is."""
    command = [sys.executable, "-m", "bokeh", "serve", *map(str, applications), "--port", "0"]
    with running(
        [*command, "--address", "127.0.0.1", "--allow-websocket-origin", "*", *arguments],
        listening=r"Bokeh app running at: http://[\w.]+:(?P<port>\d+)",
        env=env,
    ) as server:
        yield server
