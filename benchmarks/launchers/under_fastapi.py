"""`bokeh-fastapi` under uvicorn: PORT LIFETIME CHECK FILE..., times in milliseconds."""

import sys
from pathlib import Path

import uvicorn
from bokeh.application import Application
from bokeh.application.handlers import ScriptHandler
from bokeh_fastapi import BokehFastAPI

if __name__ == "__main__":
    port, lifetime, check = map(int, sys.argv[1:4])
    applications = {
        f"/{Path(name).stem}": Application(ScriptHandler(filename=name)) for name in sys.argv[4:]
    }
    server = BokehFastAPI(
        applications,
        websocket_origins=[f"127.0.0.1:{port}"],
        unused_session_lifetime_milliseconds=lifetime,
        check_unused_sessions_milliseconds=check,
    )
    uvicorn.run(server.app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
