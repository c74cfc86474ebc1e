"""The sessions that are alive, as the key `s` shows them: one line each."""

from collections.abc import Sequence

from docsync_trio.cli.log.console import SHORT_ID
from docsync_trio.cli.terminal.columns import columns
from docsync_trio.server.monitoring.roll import Living, in_words

_MOST = 30  # rows: a terminal's worth
_HEADINGS = ("application", "session", "age", "viewers", "errors")


def session_table(living: Sequence[Living], now: float) -> str:
    """Return *living* at *now* as aligned lines, the newest sessions last."""
    if not living:
        return "no sessions"
    told = columns([_HEADINGS, *(_cells(one, now) for one in living[-_MOST:])])
    if len(living) > _MOST:
        told.append(f"and {len(living) - _MOST} older ones")
    return "\n".join(told)


def _cells(one: Living, now: float) -> tuple[str, ...]:
    return (
        one.application,
        one.session[:SHORT_ID],
        in_words(now - one.since),
        one.viewers(now),
        str(one.failures or ""),
    )
