"""What has to exceed what."""

from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.base.durations import OFF
from docsync_trio.proxies.plan import MOST_HEAD
from docsync_trio.proxies.timers import Timers
from docsync_trio.server.visits.head import MAX_HEAD
from tests.proxies.sites import a_site

TIMES = st.floats(0.1, 10_000)


@given(http=st.floats(1, 10_000), ping=TIMES, pong=TIMES | st.just(OFF), build=TIMES)
def test_a_proxy_lets_go_first_and_is_more_patient_than_we_are_silent(http, ping, pong, build):
    timers = Timers.of(a_site(keep_alive={"http": http, "ping": ping, "pong": pong}, build=build))

    assert 0 < timers.idle < http
    assert timers.silence >= 2 * ping
    assert timers.silence > build


def test_the_defaults_give_round_numbers():
    assert Timers.of(a_site()) == Timers(idle=60.0, silence=75.0)


def test_without_pings_a_proxy_has_to_wait_for_a_day():
    assert Timers.of(a_site(keep_alive={"ping": OFF})).silence == 86_400
    assert Timers.of(a_site(build=OFF)).silence == 86_400


def test_a_head_may_be_as_long_as_the_server_takes_it():
    assert MOST_HEAD == MAX_HEAD
