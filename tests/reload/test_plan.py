"""What a reload has to do, for any two sites and any files that were touched."""

from pathlib import Path

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from docsync_trio.config.schema import (
    ApplicationSettings,
    HandlerSettings,
    KeepAliveSettings,
    LoggingSettings,
    MonitoringSettings,
    RouteSettings,
    ServerSettings,
    SiteSettings,
    TcpBind,
)
from docsync_trio.reload.plan import Running, make_plan

PATHS = ("/a", "/b", "/c", "/d")
FILES = tuple(Path(f"/srv/{name}.py") for name in "uvwxyz")


def applications():
    one = st.builds(
        ApplicationSettings,
        path=st.sampled_from(PATHS),
        title=st.sampled_from(["", "Title"]),
        handlers=st.just((HandlerSettings(function="m:f"),)),
    )
    return st.lists(one, unique_by=lambda each: each.path).map(tuple)


def routes():
    choices = [
        (),
        (RouteSettings(path="/old", redirect="/a"),),
        (RouteSettings(path="/web", wsgi="web:app"),),
        (RouteSettings(path="/web", asgi="web:app"),),
    ]
    return st.sampled_from(choices)


def sites():
    server = st.sampled_from(
        [
            ServerSettings(),
            ServerSettings(allow_origins=("example.org",)),
            ServerSettings(bind=(TcpBind("0.0.0.0", 80),)),
            ServerSettings(keep_alive=KeepAliveSettings(http=5.0), prefix="/desk"),
        ]
    )
    logging = st.sampled_from([LoggingSettings(), LoggingSettings(level="debug")])
    return st.builds(
        SiteSettings, applications=applications(), routes=routes(), server=server, logging=logging
    )


def file_sets():
    return st.frozensets(st.sampled_from(FILES))


@st.composite
def runnings(draw):
    site = draw(sites())
    files = {one.path: draw(file_sets()) for one in site.applications}
    return Running(site, files, draw(file_sets()), draw(file_sets()))


def paths_of(site):
    return {one.path for one in site.applications}


def named(site, path):
    return next(one for one in site.applications if one.path == path)


@settings(max_examples=40)
@given(runnings(), sites(), file_sets())
def test_every_wanted_application_is_one_of_added_replaced_and_kept(running, wanted, touched):
    plan = make_plan(running, wanted, touched)

    assert sorted((*plan.added, *plan.replaced, *plan.kept)) == sorted(paths_of(wanted))
    assert {*plan.replaced, *plan.kept, *plan.retired} == paths_of(running.settings)
    assert not paths_of(wanted) & {*plan.retired}


@settings(max_examples=40)
@given(runnings(), sites(), file_sets())
def test_those_are_kept_whose_settings_and_files_are_as_they_were(running, wanted, touched):
    plan = make_plan(running, wanted, touched)

    for path in paths_of(wanted) & paths_of(running.settings):
        same = named(wanted, path) == named(running.settings, path)
        assert (path in plan.kept) == (same and not touched & running.files[path])


@settings(max_examples=40)
@given(runnings(), file_sets())
def test_what_is_carried_out_leaves_nothing_to_do(running, touched):
    plan = make_plan(running, running.settings, touched)
    after = attrs.evolve(running, settings=plan.settings)

    assert make_plan(after, running.settings, frozenset()).is_empty


@settings(max_examples=40)
@given(runnings(), sites())
def test_a_wanted_site_is_reached_but_for_the_keys_that_are_named(running, wanted):
    plan = make_plan(running, wanted, frozenset())
    again = make_plan(Running(plan.settings, {}), wanted, frozenset())

    assert again.is_empty
    assert again.restart == plan.restart
    assert plan.settings.applications == wanted.applications
    assert bool(plan.restart) == (plan.settings != wanted)


@settings(max_examples=40)
@given(runnings(), file_sets())
def test_on_request_everything_is_loaded_anew(running, touched):
    plan = make_plan(running, running.settings, touched, everything=True)

    assert {*plan.replaced} == paths_of(running.settings)
    assert not plan.kept


def test_keys_of_the_server_are_named_one_by_one():
    wanted = SiteSettings(
        server=ServerSettings(prefix="/desk", keep_alive=KeepAliveSettings(http=5.0)),
        logging=LoggingSettings(format="json"),
        monitoring=MonitoringSettings(readyz="/ready"),
    )
    plan = make_plan(Running(SiteSettings(), {}), wanted, frozenset())

    changed = ("server.prefix", "server.keep_alive.http", "logging.format", "monitoring.readyz")
    assert plan.restart == changed


def test_who_may_open_websockets_is_changed_at_once():
    wanted = SiteSettings(server=ServerSettings(allow_origins=("example.org",)))
    plan = make_plan(Running(SiteSettings(), {}), wanted, frozenset())

    assert not plan.restart
    assert not plan.is_empty
    assert plan.settings.server.allow_origins == ("example.org",)


def test_web_applications_are_opened_anew_when_theirs_have_changed():
    site = SiteSettings(routes=(RouteSettings(path="/web", wsgi="web:app"),))
    running = Running(site, {}, mount_files=frozenset({FILES[0]}))

    assert not make_plan(running, site, frozenset({FILES[1]})).mounts
    assert make_plan(running, site, frozenset({FILES[0]})).mounts


def test_opened_are_they_in_the_order_of_the_site_file():
    one = {path: ApplicationSettings(path=path, handlers=()) for path in PATHS}
    running = Running(SiteSettings(applications=(one["/b"],)), {"/b": frozenset(FILES)})
    wanted = SiteSettings(applications=(one["/d"], one["/b"], one["/a"]))

    assert make_plan(running, wanted, frozenset(FILES)).opened == ("/d", "/b", "/a")
