"""What is logged is changed while the server runs."""

import io
import json
import logging
import signal

import pytest
import trio
import trio.testing

from docsync_trio.cli.log.level import switch_level_by_signal
from docsync_trio.cli.log.stream import open_log
from docsync_trio.config.schema import LoggingSettings


@pytest.mark.parametrize(("level", "other"), [("error", "debug"), ("debug", "info")])
def test_the_level_goes_to_and_fro_and_every_change_is_told(level, other):
    stream = io.StringIO()
    with open_log(LoggingSettings(level=level, format="json"), stream) as log:
        for word in (other, level, other):
            log.switch_level()
            assert logging.getLogger().level == logging.getLevelNamesMapping()[word.upper()]

    told = [json.loads(line)["now"] for line in stream.getvalue().splitlines()]
    assert told == [other, level, other]


def test_what_is_detailed_is_logged_in_between_alone():
    stream = io.StringIO()
    with open_log(LoggingSettings(), stream) as log:
        logger = logging.getLogger("app")
        logger.debug("before")
        log.switch_level()
        logger.debug("between")
        log.switch_level()
        logger.debug("after")

    assert "between" in stream.getvalue()
    assert "before" not in stream.getvalue()
    assert "after" not in stream.getvalue()


async def test_the_signal_switches_it():
    stream = io.StringIO()
    with open_log(LoggingSettings(), stream) as log:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(switch_level_by_signal, log)
            await trio.testing.wait_all_tasks_blocked()
            signal.raise_signal(signal.SIGUSR1)
            await trio.testing.wait_all_tasks_blocked(0.01)
            nursery.cancel_scope.cancel()

    assert "the log level is debug now" in stream.getvalue()
    assert signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL


async def test_an_applications_own_handler_stays():
    heard = []
    before = signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
    try:
        with open_log(LoggingSettings(), io.StringIO()) as log:
            await switch_level_by_signal(log)
        signal.raise_signal(signal.SIGUSR1)
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert heard == [1]
