"""One HTTP request: the page that makes a session and has its token in it.

A client without a key cannot sign a session's id, so it does what a browser does: it asks
for the page, and finds the token there. h11 knows HTTP; this module moves the bytes.
"""

import ssl
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

import attrs
import h11
import trio

from docsync_trio.client.errors import CertificateUntrusted, ServerFault, ServerUnreachable

MOST = 64_000_000
"""Bytes of a page. One with all of BokehJS inside has about ten million."""

Stream = trio.SocketStream | trio.SSLStream[trio.SocketStream]
Headers = list[tuple[str, str]]

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@attrs.frozen
class PageAnswer:
    """What the server answered; *headers* have lower-case names."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def header(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that the answer sets; a proxy may know us by one."""
        found: dict[str, str] = {}
        for key, value in self.headers:
            if key == "set-cookie":
                try:
                    morsels = SimpleCookie(value)
                except CookieError:
                    continue
                found |= {name: morsel.coded_value for name, morsel in morsels.items()}
        return found


async def open_stream(url: str, tls: ssl.SSLContext | None) -> Stream:
    """Connect to the server of *url*. Raises `ServerUnreachable`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    try:
        if parts.scheme in {"https", "wss"}:
            context = tls or ssl.create_default_context()
            stream = await trio.open_ssl_over_tcp_stream(
                host, port, ssl_context=context, https_compatible=True
            )
            await _shake_hands(stream)
            return stream
        return await trio.open_tcp_stream(host, port)
    except (OSError, ssl.SSLError, trio.BrokenResourceError) as error:
        cause = error.__cause__ if isinstance(error, trio.BrokenResourceError) else None
        raise _unreachable(f"{host}:{port}", cause or error) from error


async def _shake_hands(stream: trio.SSLStream[trio.SocketStream]) -> None:
    try:
        await stream.do_handshake()
    except BaseException:
        await trio.aclose_forcefully(stream)
        raise


def _unreachable(where: str, error: BaseException) -> ServerUnreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        return CertificateUntrusted(
            f"the certificate of {where} is not trusted ({error.verify_message}); with an "
            "authority of your own, give tls= an ssl.SSLContext that knows it"
        )
    if isinstance(error, ssl.SSLError):
        return ServerUnreachable(f"{where} does not speak TLS as we do ({error}); is it http?")
    return ServerUnreachable(f"nobody answers at {where} ({error}); is the server running?")


def with_cookies(headers: Mapping[str, str], cookies: Mapping[str, str]) -> Headers:
    """Return *headers* with *cookies* as a header among them."""
    fields = list(headers.items())
    own = [value for name, value in fields if name.lower() == "cookie"]
    pairs = [*own, *(f"{name}={value}" for name, value in cookies.items())]
    others = [(name, value) for name, value in fields if name.lower() != "cookie"]
    return [*others, ("Cookie", "; ".join(pairs))] if pairs else others


async def get_page(url: str, headers: Headers, tls: ssl.SSLContext | None) -> PageAnswer:
    """Ask for the page at *url*. Raises `ServerUnreachable` and `ServerFault`."""
    stream = await open_stream(url, tls)
    async with stream:
        try:
            return await _exchange(stream, url, headers)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ServerUnreachable(f"the connection to {url} broke ({error})") from error
        except h11.RemoteProtocolError as error:
            raise ServerFault(f"{url} does not speak HTTP ({error}); check the address") from error


async def _exchange(stream: Stream, url: str, headers: Headers) -> PageAnswer:
    parts = urlsplit(url)
    connection = h11.Connection(h11.CLIENT)
    fields = [("Host", parts.netloc.rpartition("@")[2]), ("Accept", "*/*"), *headers]
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        request = h11.Request(
            method="GET", target=target, headers=[*fields, ("Connection", "close")]
        )
    except h11.LocalProtocolError as error:
        raise ValueError(f"these headers cannot be sent: {error}") from None
    await stream.send_all(connection.send(request) + connection.send(h11.EndOfMessage()))
    response: h11.Response | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = bytes(await stream.receive_some(2**16))
            if not data and response is None:
                raise ServerUnreachable(f"{url} hangs up without an answer")
            connection.receive_data(data)
        elif isinstance(event, h11.Response):
            response = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MOST:
                raise ServerFault(f"the page at {url} is bigger than {MOST} bytes")
        elif isinstance(event, h11.EndOfMessage) and response is not None:
            return PageAnswer(
                response.status_code,
                tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers),
                body.decode("utf-8", "replace"),
            )
