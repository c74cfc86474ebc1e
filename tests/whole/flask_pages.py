"""Pages of somebody else's site, made with Flask, that embed applications of ours.

Run in a process of its own; it prints its port. ``?app=URL`` says which application.
"""

import sys

from bokeh.client import pull_session
from bokeh.embed import server_document, server_session
from flask import Flask, request
from werkzeug.serving import make_server

import docsync_trio.embed

PAGE = "<!doctype html><title>{title}</title><h1>{title}</h1><main>{script}</main>"

site = Flask(__name__)


@site.get("/document")
def document() -> str:
    """Every visitor gets a new session."""
    script = server_document(request.args["app"])
    return PAGE.format(title="A document", script=script)


@site.get("/session")
def session() -> str:
    """A session that this process has made and changed before anybody sees it."""
    app = request.args["app"]
    with pull_session(url=app) as session:
        session.document.get_model_by_name("amplitude").value = 2.5
        session.force_roundtrip()
        script = server_session(session_id=session.id, url=app)
    return PAGE.format(title="A session", script=script)


@site.get("/named")
def named() -> str:
    """A session that this process names without asking the server."""
    session = docsync_trio.embed.new_session(request.args["key"])
    script = docsync_trio.embed.server_session(session, request.args["app"])
    return PAGE.format(title=session.id, script=script)


@site.get("/favicon.ico")
def favicon() -> tuple[str, int]:
    return "", 204


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, site)
    sys.stdout.write(f"listening at port {server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
