"""How often passwords may be tried."""

from docsync_trio.sign_in.throttle import (
    FORGOTTEN,
    FREE,
    FREE_FOR_ADDRESS,
    LONGEST_FOR_NAME,
    Throttle,
)

HERE = "192.0.2.7"


def after(failures, *, name="alice", address=HERE):
    throttle = Throttle()
    for _ in range(failures):
        throttle.failed(name, address, 0.0)
    return throttle


def test_a_few_mistakes_are_free_and_then_each_doubles_the_wait():
    assert after(FREE - 1).wait("alice", HERE, 0.0) == 0.0
    assert after(FREE).wait("alice", HERE, 0.0) == 1.0
    assert after(FREE + 3).wait("alice", HERE, 0.0) == 8.0
    assert after(FREE + 3).wait("alice", HERE, 8.0) == 0.0


def test_a_name_is_kept_waiting_by_whomever_and_never_for_long():
    throttle = after(1000)

    assert throttle.wait("ALICE", "198.51.100.1", 0.0) == LONGEST_FOR_NAME
    assert throttle.wait("bob", "198.51.100.1", 0.0) == 0.0


def test_an_address_is_kept_waiting_whatever_the_name():
    many = FREE_FOR_ADDRESS
    assert after(many - 1).wait("bob", HERE, 0.0) == 0.0
    assert after(1000).wait("bob", HERE, 0.0) == 300.0
    assert after(many, address="2001:db8::1").wait("bob", "2001:db8::2", 0.0) == 1.0
    assert after(many, address="2001:db8::1").wait("bob", "2001:db9::1", 0.0) == 0.0


def test_an_office_that_shares_an_address_signs_in_at_once():
    throttle = Throttle()
    for n in range(100):
        assert throttle.wait(f"user{n}", HERE, 0.0) == 0.0
        throttle.failed(f"user{n}", HERE, 0.0)
        throttle.succeeded(f"user{n}", HERE)


def test_behind_a_unix_socket_only_names_count():
    assert after(1000, address=None).wait("bob", None, 0.0) == 0.0


def test_failures_are_forgotten_in_time_and_by_success():
    assert after(1000).wait("alice", HERE, FORGOTTEN + 1) == 0.0
    throttle = after(FREE)
    throttle.succeeded("alice", HERE)
    assert throttle.wait("alice", HERE, 0.0) == 0.0


def test_many_names_take_a_bounded_place():
    throttle = Throttle()
    for n in range(20_000):
        throttle.failed(f"user{n}", None, 0.0)
    assert len(throttle._failures) == 10_000
