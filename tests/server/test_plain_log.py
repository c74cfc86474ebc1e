"""Somebody who mounts a site finds its failures in their own log."""

import logging

from docsync_trio.base.events import BuildFailed, SessionOpened
from docsync_trio.server.plain_log import log_event


def test_a_failure_is_an_error_with_its_traceback(caplog):
    error = ValueError("on purpose")
    log_event(BuildFailed("/app", "one", error, "ab12"))
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info[1] is error
    assert "ab12" in record.message


def test_what_goes_well_is_there_for_debugging(caplog):
    with caplog.at_level(logging.DEBUG, "docsync_trio"):
        log_event(SessionOpened("/app", "one", 0.5))
    assert caplog.records[0].levelno == logging.DEBUG
