"""A Flask site whose views make sessions for their visitors; gunicorn serves it in the tests.

``?app=URL`` says which application.
"""

from threading import Thread

from bokeh.embed import server_session
from flask import Flask, request

import docsync_trio.blocking

PAGE = "<!doctype html><title>A session</title><h1>A session</h1><main>{script}</main>"

site = Flask(__name__)


@site.get("/session")
def session() -> str:
    """A session that this view has made and changed before anybody sees it."""
    app = request.args["app"]
    with docsync_trio.blocking.pull_session(app, arguments={"N": [b"10"]}) as session:
        session.document.get_model_by_name("amplitude").value = 2.5
        session.force_roundtrip()
        return PAGE.format(script=server_session(session_id=session.id, url=app))


@site.get("/many")
def many() -> str:
    """Several sessions at once, from threads of one request."""
    app, answers = request.args["app"], list[str]()

    def one() -> None:
        with docsync_trio.blocking.pull_session(app) as session:
            session.force_roundtrip()
            answers.append(session.id)

    threads = [Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return str(len(set(answers)))


@site.get("/favicon.ico")
def favicon() -> tuple[str, int]:
    return "", 204
