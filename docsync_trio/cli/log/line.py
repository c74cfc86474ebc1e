"""What the log says about each event: one calm line, and what belongs to it.

A table from event classes to sentences, without any logging library, so that the
wording stands in one place and is tested without a server.
"""

from collections.abc import Callable
from typing import Any

import attrs

from docsync_trio.applications.mistakes import BLOCKS, NOTHING_TO_SHOW, hint_for
from docsync_trio.base import events, tls_events
from docsync_trio.base.log_owner import short_session
from docsync_trio.base.traceback_text import application_line, error_text, message_of

_GOING_AWAY = frozenset({1000, 1001, 1005, 1012, 4005})
"""Close codes of every day: a closed tab, a reload, our own restart, a changed application."""


@attrs.frozen
class LogLine:
    """One line of the log.

    *level* is the name of a level of `logging`, in lower case; *text* the sentence;
    *fields* what a machine may want to filter by; *error* the exception whose
    traceback belongs to the line; *hint* what to do about it, if anything.
    """

    level: str
    text: str
    fields: dict[str, Any] = attrs.field(factory=dict)
    error: BaseException | None = None
    hint: str = ""


def log_line(event: events.Event) -> LogLine:
    """Return what the log says about *event*."""
    say = _SENTENCES.get(type(event))
    line = say(event) if say else LogLine("debug", type(event).__name__)
    return attrs.evolve(line, fields=_whose(event) | line.fields)


def _whose(event: events.Event) -> dict[str, Any]:
    whose = {}
    if isinstance(event, events.ApplicationEvent):
        whose["application"] = event.application
    if isinstance(event, events.SessionEvent) and event.session:
        whose["session"] = short_session(event.session)
    return whose


def _session_opened(event: events.SessionOpened) -> LogLine:
    fields = {"seconds": round(event.seconds, 4)}
    return LogLine("info", f"session opened, built in {event.seconds:.2f} s", fields)


def _session_ended(event: events.SessionEnded) -> LogLine:
    return LogLine("info", f"session ended: {event.reason}", {"reason": event.reason})


def _session_leaked(event: events.SessionLeaked) -> LogLine:
    by = "; ".join(event.keepers) or "something that has no name"
    text = f"the session has ended and its document is kept by {by}"
    if event.others:
        text += f"; {event.others} more of this application are still there"
    return LogLine("warning", text, {"keepers": list(event.keepers), "others": event.others})


def _build_failed(event: events.BuildFailed) -> LogLine:
    text = f"the application failed to build{_at(event.error)} (incident {event.incident})"
    fields = {"incident": event.incident}
    return LogLine("error", text, fields, event.error, hint_for(event.error, event.application))


def _callback_failed(event: events.CallbackFailed | events.ApplicationTaskFailed) -> LogLine:
    text = f"{event.what} raised{_at(event.error)}"
    fields = {"what": event.what}
    return LogLine("error", text, fields, event.error, hint_for(event.error, event.application))


def _callback_blocks(event: events.CallbackBlocks) -> LogLine:
    text = f"{event.what} has been running for {event.seconds:.0f} s without a pause"
    fields = {"what": event.what, "seconds": round(event.seconds, 1), "stack": event.stack}
    return LogLine("warning", text, fields, hint=BLOCKS)


def _callback_interrupted(event: events.CallbackInterrupted) -> LogLine:
    again = "" if event.times == 1 else f", try {event.times}: it goes on"
    text = (
        f"{event.what} held the loop, and everybody with it, for {event.seconds:.0f} s; "
        f"interrupted at {event.place}{again}"
    )
    fields = {
        "what": event.what,
        "seconds": round(event.seconds, 1),
        "place": event.place,
        "times": event.times,
    }
    hint = "sessions.loop_timeout sets the limit; plain functions may run in threads instead"
    return LogLine("error", text, fields, hint=hint)


def _callback_left_behind(event: events.CallbackLeftBehind) -> LogLine:
    text = f"the session has ended and {event.what} runs on in its thread"
    return LogLine("warning", text, {"what": event.what, "stack": event.stack})


def _deliveries_dropped(event: events.DeliveriesDropped) -> LogLine:
    what = "messages and updates from others"
    text = f"the session is too far behind with {what}: the oldest are dropped"
    if event.caught_up:
        text = f"the session has caught up; {event.dropped} {what} were dropped"
    return LogLine("warning", text, {"dropped": event.dropped, "caught_up": event.caught_up})


def _nothing_to_show(_event: events.NothingToShow) -> LogLine:
    return LogLine("warning", "the document has nothing to show", hint=NOTHING_TO_SHOW)


def _at(error: BaseException) -> str:
    line = application_line(error)
    return f" {error_text(error)}" + (f" at {line}" if line else "")


def _connection_opened(event: events.ConnectionOpened) -> LogLine:
    fields = {"peer": event.peer, "connections": event.connections}
    return LogLine("debug", f"connected from {event.peer} ({_count(event.connections)})", fields)


def _connection_closed(event: events.ConnectionClosed) -> LogLine:
    why = f"{event.code} {event.reason}".strip()
    fields = {
        "peer": event.peer,
        "connections": event.connections,
        "code": event.code,
        "reason": event.reason,
    }
    level = "debug" if event.code in _GOING_AWAY else "info"
    text = f"connection from {event.peer} closed: {why} ({_count(event.connections)})"
    return LogLine(level, text, fields)


def _count(connections: int) -> str:
    return f"{connections} now"


def _connection_refused(event: events.ConnectionRefused) -> LogLine:
    text = f"refused {event.peer} {event.target}: {event.status} {event.reason}"
    fields = {
        "peer": event.peer,
        "target": event.target,
        "status": event.status,
        "reason": event.reason,
    }
    return LogLine("warning", text, fields, hint=event.hint)


def _signed_in(event: events.SignedIn | events.SignedOut) -> LogLine:
    way = "in" if isinstance(event, events.SignedIn) else "out"
    fields = {"user": event.user, "peer": event.peer}
    return LogLine("info", f"{event.user} signed {way} from {event.peer}", fields)


def _request_failed(event: events.RequestFailed) -> LogLine:
    text = f"failed to answer {event.peer} {event.target}:{_at(event.error)}"
    fields = {"peer": event.peer, "target": event.target, "incident": event.incident}
    return LogLine("error", f"{text} (incident {event.incident})", fields, event.error)


def _peer_fault(event: events.PeerFault) -> LogLine:
    text = f"dropped the connection of {event.peer}: {event.what}"
    fields: dict[str, Any] = {"peer": event.peer, "what": event.what}
    if event.error is not None:
        text += "" if message_of(event.error) in event.what else f" ({error_text(event.error)})"
        fields["error"] = error_text(event.error)
    return LogLine("warning", text, fields)


def _accept_failed(event: events.AcceptFailed) -> LogLine:
    text = f"cannot accept connections for now: {error_text(event.error)}"
    hint = "raise the limit of open files (ulimit -n)"
    return LogLine("error", text, {"error": error_text(event.error)}, hint=hint)


def _handshake_failed(event: tls_events.HandshakeFailed) -> LogLine:
    fields = {"peer": event.peer, "reason": event.reason}
    return LogLine("debug", f"no TLS with {event.peer}: {event.reason}", fields)


def _certificate_taken(event: tls_events.CertificateTaken) -> LogLine:
    until = f"{event.ends:%Y-%m-%d %H:%M} UTC"
    text = f"TLS with the certificate {event.path}, number {event.serial}, valid until {until}"
    fields = {"path": event.path, "serial": event.serial, "ends": event.ends.isoformat()}
    if event.is_valid:
        return LogLine("info", text, fields)
    return LogLine("warning", text, fields, hint="it is not valid now: browsers warn of it")


def _certificate_refused(event: tls_events.CertificateRefused) -> LogLine:
    text = f"the new certificate cannot be used, the one before stays: {event.problem}"
    return LogLine("error", text, {"problem": event.problem})


def _models_not_faster(event: events.ModelsNotFaster) -> LogLine:
    text = f"documents are built and sent at Bokeh's own speed: {event.reason}"
    hint = "see if there is a newer docsync-trio; server.speedups = false if it is meant to be so"
    return LogLine("warning", text, {"reason": event.reason}, hint=hint)


def _reloaded(event: events.Reloaded) -> LogLine:
    kinds = {"added": event.added, "reloaded": event.replaced, "retired": event.retired}
    done = [f"{kind} {', '.join(paths)}" for kind, paths in kinds.items() if paths]
    why = f" ({', '.join(event.because)})" if event.because else ""
    text = f"{'; '.join(done) or 'the site file was read again'} in {event.seconds:.2f} s{why}"
    fields = {
        "added": list(event.added),
        "replaced": list(event.replaced),
        "retired": list(event.retired),
        "seconds": round(event.seconds, 4),
        "because": list(event.because),
    }
    return LogLine("info", text, fields)


def _reload_failed(event: events.ReloadFailed) -> LogLine:
    whose = ", ".join(event.applications) or "the site"
    text = "\n".join([f"{whose}: not loaded, what runs goes on", *event.problems])
    fields = {
        "applications": list(event.applications),
        "problems": list(event.problems),
        "because": list(event.because),
    }
    if event.error is None:
        return LogLine("error", text, fields)
    hint = hint_for(event.error, next(iter(event.applications), ""))
    return LogLine("error", text, fields, event.error, hint)


def _restart_needed(event: events.RestartNeeded) -> LogLine:
    text = f"changed, and taken over by a restart alone: {', '.join(event.keys)}"
    return LogLine("warning", text, {"keys": list(event.keys)})


_SENTENCES: dict[type[events.Event], Callable[[Any], LogLine]] = {
    events.SessionOpened: _session_opened,
    events.SessionEnded: _session_ended,
    events.SessionLeaked: _session_leaked,
    events.BuildFailed: _build_failed,
    events.CallbackFailed: _callback_failed,
    events.DeliveriesDropped: _deliveries_dropped,
    events.ApplicationTaskFailed: _callback_failed,
    events.CallbackBlocks: _callback_blocks,
    events.CallbackInterrupted: _callback_interrupted,
    events.CallbackLeftBehind: _callback_left_behind,
    events.NothingToShow: _nothing_to_show,
    events.ConnectionOpened: _connection_opened,
    events.ConnectionClosed: _connection_closed,
    events.ConnectionRefused: _connection_refused,
    events.SignedIn: _signed_in,
    events.SignedOut: _signed_in,
    events.RequestFailed: _request_failed,
    events.PeerFault: _peer_fault,
    events.AcceptFailed: _accept_failed,
    tls_events.HandshakeFailed: _handshake_failed,
    tls_events.CertificateTaken: _certificate_taken,
    tls_events.CertificateRefused: _certificate_refused,
    events.ModelsNotFaster: _models_not_faster,
    events.Reloaded: _reloaded,
    events.ReloadFailed: _reload_failed,
    events.RestartNeeded: _restart_needed,
}
