"""Which error a close code or a status means."""

import pytest

from docsync_trio.client.errors import (
    ApplicationFailed,
    NoSuchApplication,
    NotTaken,
    OriginRefused,
    Refused,
    ServerFault,
    ServerFull,
    SessionExpired,
    TokenExpired,
    TokenRefused,
    close_error,
    refusal,
)


@pytest.mark.parametrize(
    ("status", "reason", "sent_origin", "is_expired", "kind"),
    [
        (404, "", False, False, NoSuchApplication),
        (500, "", False, False, ApplicationFailed),
        (502, "", False, False, ServerFull),
        (503, "", False, False, ServerFull),
        (418, "", False, False, Refused),
        (403, "Cross origin websockets not allowed", True, False, OriginRefused),
        (403, "Pages of this origin are not allowed", True, True, OriginRefused),
        (403, "Pages of this origin are not allowed", False, False, TokenRefused),
        (403, "Invalid token", True, False, TokenRefused),
        (403, "too old", False, True, TokenExpired),
    ],
)
def test_a_status_has_its_error(status, reason, sent_origin, is_expired, kind):
    error = refusal(
        status, reason, url="http://a/app", sent_origin=sent_origin, is_expired=is_expired
    )
    assert type(error) is kind
    assert (error.status, error.reason) == (status, reason)
    assert not reason or str(error).endswith(f"The server says: {reason}")


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (4000, "the session has ended", SessionExpired),
        (1008, "", ServerFull),
        (1009, "the message is too big", NotTaken),
        (1009, "Exceeded maximum message size: 2000 bytes", ServerFault),
        (4002, "the patch cannot be read", NotTaken),
        (1002, "", NotTaken),
    ],
)
def test_a_close_code_that_ends_a_session_has_its_error(code, reason, kind):
    assert type(close_error(code, reason, max_message_size=2000)) is kind


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011, 1012, 1013])
def test_after_other_close_codes_one_comes_back(code):
    assert close_error(code, "", max_message_size=2000) is None
