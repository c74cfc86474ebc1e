"""Sites as a proxy sees them, made of settings alone."""

import ipaddress
from pathlib import Path

from docsync_trio.config.bind import TcpBind
from docsync_trio.config.schema import (
    ApplicationSettings,
    HandlerSettings,
    KeepAliveSettings,
    ServerSettings,
    SessionSettings,
    SiteSettings,
)

TRUSTED = (ipaddress.ip_network("127.0.0.1"),)


def a_site(*, path="/sliders", build=60.0, keep_alive=None, websocket_path="ws", **server):
    server = {"bind": (TcpBind("127.0.0.1", 5006),), "trusted_proxies": TRUSTED} | server
    application = ApplicationSettings(
        path=path,
        handlers=(HandlerSettings(file=Path("/srv/sliders.py")),),
        sessions=SessionSettings(build_timeout=build),
        websocket_path=websocket_path,
    )
    times = KeepAliveSettings(**(keep_alive or {}))
    return SiteSettings(
        applications=(application,), server=ServerSettings(keep_alive=times, **server)
    )
