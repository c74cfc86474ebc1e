"""hypercorn's HTTP/2, where it has to differ: websockets are a choice, and late words no fault.

A message of Bokeh's is three frames, and each is three times the work in HTTP/2, so that
websockets go there only where the site wants it. And when we end one, the browser's answer
comes for a stream that hypercorn has forgotten; it would take the whole connection down.
"""

import contextlib
from collections.abc import Sequence
from typing import Any

from h2.events import DataReceived, Event
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from hypercorn.config import Config
from hypercorn.events import Closed
from hypercorn.events import Event as IOEvent
from hypercorn.protocol.h2 import H2Protocol


class OurH2Protocol(H2Protocol):
    """Takes the place of hypercorn's."""

    def __init__(self, app: Any, config: Config, *others: Any) -> None:
        super().__init__(app, config, *others)
        self._told = False
        if not getattr(config, "websockets_by_http2", True):
            offered = {
                SettingCodes(c): value for c, value in self.connection.local_settings.items()
            }
            offered[SettingCodes.ENABLE_CONNECT_PROTOCOL] = 0
            self.connection.local_settings = Settings(client=False, initial_values=offered)

    async def handle(self, event: IOEvent) -> None:
        """Handle *event*; when the server ends, tell the peer that nothing more is answered."""
        if isinstance(event, Closed) and self.context.terminated.is_set() and not self._told:
            self._told = True
            with contextlib.suppress(ProtocolError):
                self.connection.close_connection()
                await self._flush()
        await super().handle(event)

    async def _handle_events(self, events: Sequence[Event]) -> None:
        """Handle each of *events*; those of one may make the stream of the next."""
        for event in events:
            if isinstance(event, DataReceived) and event.stream_id not in self.streams:
                self.connection.acknowledge_received_data(
                    event.flow_controlled_length, event.stream_id
                )
            else:
                await super()._handle_events([event])
        await self._flush()
