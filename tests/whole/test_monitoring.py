"""A server that is watched over, while its loop is held."""

import json
import signal
import threading
import time
import urllib.error
import urllib.request

import pytest

from tests.whole.processes import docsync

pytestmark = pytest.mark.whole

SITE = """
[logging]
access_file = "access.log"
[monitoring]
bind = "127.0.0.1:0"
metrics = "/metrics"
stuck_after = "1s"
summary = "1s"
[[applications]]
path = "/app"
handlers = [{ file = "app.py" }]
[[routes]]
path = "/hold"
endpoint = "holding:hold"
"""
HOLDING = """
import time

from starlette.responses import PlainTextResponse

async def hold(request):
    time.sleep(4)  # and with it everybody
    return PlainTextResponse("held")
"""


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "app.py").write_text("import logging\nlogging.getLogger('app').debug('built')\n")
    (tmp_path / "holding.py").write_text(HOLDING)
    return tmp_path / "site.toml"


def test_machines_are_answered_while_the_loop_is_held_and_the_log_says_how_it_is(site):
    with docsync(site) as server:
        own = server.log.wait_for(r"for machines: (?P<url>http://127\.0\.0\.1:\d+)")["url"]
        assert get(f"{server.url}/app")[0] == 200
        assert get(f"{server.url}/livez")[0] == 404
        assert get(f"{own}/livez") == (200, '{"alive": true}')
        assert get(f"{own}/readyz") == (200, '{"ready": true}')

        holder = threading.Thread(target=get, args=[f"{server.url}/hold"])
        holder.start()
        while (alive := get(f"{own}/livez"))[0] == 200:
            assert holder.is_alive(), "the loop was held, and nobody said so"
            time.sleep(0.05)
        metrics = get(f"{own}/metrics")[1]
        assert holder.is_alive(), "the answers waited for the loop"
        holder.join()

        assert "the loop has been held for" in json.loads(alive[1])["reasons"][0]
        assert 'docsync_sessions{application="/app",state="alone"} 1.0' in metrics
        server.log.wait_for(r"1 session \(0 with viewers\), .* loop up to [2345]\d{3} ms late")
        assert get(f"{own}/livez")[0] == 200

        server.process.send_signal(signal.SIGUSR1)
        server.log.wait_for("the log level is debug now")
        get(f"{server.url}/app")
        server.log.wait_for("debug .*built")
        server.process.send_signal(signal.SIGUSR1)
        server.log.wait_for("the log level is info now")

        visits = site.with_name("access.log")
        asked = [line.split('"')[1] for line in wait_for_lines(visits, 4)]
        assert asked == [f"GET {path} HTTP/1.1" for path in ("/app", "/livez", "/hold", "/app")]
        visits.rename(site.with_name("access.log.1"))
        get(f"{server.url}/nothing?bokeh-token=secret")
        (after,) = wait_for_lines(visits, 1)
        assert '"GET /nothing?bokeh-token=*** HTTP/1.1" 404' in after


def wait_for_lines(path, number):
    while not path.is_file() or len(lines := path.read_text().splitlines()) < number:
        time.sleep(0.05)
    return lines
