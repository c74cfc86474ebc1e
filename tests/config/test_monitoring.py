"""What a site file may say of what machines ask."""

import math

import pytest

from docsync_trio.config.bind import TcpBind
from docsync_trio.config.schema import MonitoringSettings

CLASH = """
[monitoring]
{more}livez = "{livez}"
readyz = "/ready"
"""


def test_health_is_told_unless_it_is_off_and_all_else_is_asked_for(folder):
    assert folder.load("").settings.monitoring == MonitoringSettings()
    text = """
        [monitoring]
        livez = "off"
        readyz = "/ready"
        metrics = "/metrics"
        sessions = "/sessions"
        bind = "127.0.0.1:9006"
        summary = "60s"
    """

    assert folder.load(text).settings.monitoring == MonitoringSettings(
        livez="",
        readyz="/ready",
        metrics="/metrics",
        sessions="/sessions",
        bind=TcpBind("127.0.0.1", 9006),
        stuck_after=60.0,
        summary=60.0,
    )
    assert MonitoringSettings().summary == math.inf
    assert MonitoringSettings().sessions == ""


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('"live"', "does not start with a slash"),
        ('"/live/{name}"', "has a parameter"),
        ('""', 'or "off"'),
        ("true", 'or "off"'),
        ('"/static/livez"', "served by docsync itself"),
    ],
)
def test_a_path_that_cannot_be_is_told(folder, value, why):
    (line,) = folder.wrong(f"[monitoring]\nlivez = {value}\n")

    assert why in line


def test_the_page_of_operators_is_at_a_place_of_its_own_as_well(folder):
    (line,) = folder.wrong('[monitoring]\nsessions = "/app"\n')

    assert "is also applications[0].path" in line


@pytest.mark.parametrize(
    ("livez", "why"),
    [
        ("/app", "is also applications[0].path"),
        ("/ready", "is also monitoring.livez"),
        ("/app/metadata", "is below applications[0].path"),
    ],
)
def test_a_path_that_is_written_down_is_nobody_elses(folder, livez, why):
    (line,) = folder.wrong(CLASH.format(more="", livez=livez))

    assert why in line


def test_an_address_of_its_own_shares_no_paths_with_the_site(folder):
    own = 'bind = "127.0.0.1:9006"\n'

    assert folder.load(CLASH.format(more=own, livez="/app")).settings.monitoring.livez == "/app"
    (line,) = folder.wrong(CLASH.format(more=own, livez="/ready"))
    assert "is also monitoring.livez" in line


def test_the_usual_paths_make_room(folder):
    site = '[[applications]]\npath = "/livez"\nhandlers = [{ file = "app.py" }]\n'

    assert folder.load(site, application=False).settings.applications[0].path == "/livez"
