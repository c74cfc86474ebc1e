"""`BokehASGI` under uvicorn: PORT LIFETIME CHECK FILE..., times in milliseconds."""

import sys
from pathlib import Path

import uvicorn
from bokeh.server.asgi import BokehASGI

if __name__ == "__main__":
    port, lifetime, check = map(int, sys.argv[1:4])
    application = BokehASGI(
        {f"/{Path(name).stem}": name for name in sys.argv[4:]},
        extra_websocket_origins=[f"127.0.0.1:{port}"],
        unused_session_lifetime_milliseconds=lifetime,
        check_unused_sessions_milliseconds=check,
    )
    uvicorn.run(application, host="127.0.0.1", port=port, log_level="warning", access_log=False)
