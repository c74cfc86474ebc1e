import pathlib

import attrs
import pytest

from docsync_trio.cli.site_summary import handlers_text, site_warnings
from docsync_trio.config.schema import (
    ApplicationSettings,
    HandlerSettings,
    ServerSettings,
    SessionSettings,
    SiteSettings,
    TcpBind,
    UnixBind,
)


def site(bind, **sessions):
    application = ApplicationSettings(
        path="/a",
        handlers=(HandlerSettings(function="a:b"),),
        sessions=SessionSettings(**sessions),
    )
    return SiteSettings(server=ServerSettings(bind=(bind,)), applications=(application,))


HERE = TcpBind("127.0.0.1", 80)
EVERYWHERE = TcpBind("0.0.0.0", 80)


def test_handlers_are_named_relative_to_the_site_file():
    handlers = (
        HandlerSettings(file=pathlib.Path("/srv/apps/a.py")),
        HandlerSettings(json=pathlib.Path("/elsewhere/b.json")),
        HandlerSettings(function="apps.c:d"),
    )

    text = handlers_text(handlers, pathlib.Path("/srv"))

    assert text == "file apps/a.py, json /elsewhere/b.json, function apps.c:d"


def test_on_this_machine_alone_nothing_is_warned_of():
    assert site_warnings(site(HERE, sign=False)) == ()


@pytest.mark.parametrize("bind", [EVERYWHERE, UnixBind(pathlib.Path("/run/s")), TcpBind("", 1)])
def test_a_key_of_its_own_is_missed_where_others_may_come(bind):
    (warning,) = site_warnings(site(bind))

    assert "sessions.secret_key" in warning


def test_unsigned_tokens_are_warned_of_once():
    settings = site(EVERYWHERE, sign=False)
    twice = attrs.evolve(settings, applications=settings.applications * 2)

    (warning,) = site_warnings(twice)

    assert "sessions.sign" in warning


def test_a_site_with_a_key_is_fine():
    assert site_warnings(site(EVERYWHERE, secret_key="k")) == ()
