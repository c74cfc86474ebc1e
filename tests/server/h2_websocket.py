"""A browser's end of a websocket over HTTP/2 (RFC 8441), without any input or output."""

import h2.config
import h2.connection
import h2.events
import h2.settings
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

EXTENDED_CONNECT = h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL


class H2Websocket:
    """Give `received` what comes and send what `to_send` says.

    *offered* says whether the server takes websockets, *status* is its answer to the
    handshake, *frames* are all websocket frames that came.
    """

    def __init__(self, authority, path, token, scheme="http"):
        self.offered = None
        self.status = None
        self.frames = []
        self.ended = False
        self.answered_ping = False
        self._http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
        self._websocket = ClientProtocol(parse_uri(f"ws://{authority}{path}"), state=OPEN)
        self._http.initiate_connection()
        self._request = [
            (":method", "CONNECT"),
            (":protocol", "websocket"),
            (":scheme", scheme),
            (":authority", authority),
            (":path", path),
            ("sec-websocket-version", "13"),
            ("sec-websocket-protocol", f"bokeh, {token}"),
        ]

    def to_send(self):
        """Bytes for the server, or b""."""
        if self.status is not None:
            for data in self._websocket.data_to_send():
                if data:
                    self._http.send_data(1, data)
        return self._http.data_to_send()

    def say(self, text):
        """Send a text frame."""
        self._websocket.send_text(text.encode())

    def ping_http(self):
        """Ask the connection, whatever has become of the websocket."""
        self._http.ping(b"anybody?")

    def received(self, data):
        """Take in what came from the server."""
        for event in self._http.receive_data(data):
            if isinstance(event, h2.events.RemoteSettingsChanged) and self._request:
                changed = event.changed_settings.get(EXTENDED_CONNECT)
                self.offered = changed is not None and changed.new_value == 1
                if self.offered:
                    self._http.send_headers(1, self._request)
                    self._request = None
            elif isinstance(event, h2.events.ResponseReceived):
                self.status = int(dict(event.headers)[b":status"])
            elif isinstance(event, h2.events.DataReceived):
                self._http.acknowledge_received_data(event.flow_controlled_length, 1)
                self._websocket.receive_data(event.data)
                self.frames += self._websocket.events_received()
            elif isinstance(event, h2.events.PingAckReceived):
                self.answered_ping = True
            elif isinstance(event, h2.events.StreamEnded | h2.events.ConnectionTerminated):
                self.ended = True

    @property
    def close_code(self):
        """The code of the server's close frame, None before it has come."""
        close = self._websocket.close_rcvd
        return None if close is None else int(close.code)

    def texts(self):
        """What text frames said."""
        frames = (frame for frame in self.frames if isinstance(frame, Frame))
        return [bytes(frame.data).decode() for frame in frames if frame.opcode is Opcode.TEXT]
