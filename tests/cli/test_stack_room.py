"""Python's frames have room in one piece: what is called again and again asks for none."""

import resource

import pytest

from docsync_trio.cli.stack_room import with_room

DEPTHS = 300
CALLS = 200


def deep(depth, call):
    return deep(depth - 1, call) if depth else call()


def leaf(a=1, b=2, c=3):
    return (a, b, (c, (a, (b, (c, (a, b))))))


def faults():
    """Pages of memory that were asked for at the depth where most were."""

    def asked():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(CALLS):
            leaf()
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    return max(deep(depth, asked) for depth in range(DEPTHS))


def test_calls_at_any_depth_ask_for_no_memory_each_time():
    assert with_room(faults) < CALLS / 2


def test_it_gives_and_raises_what_the_call_does():
    assert with_room(lambda: "found") == "found"
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 / 0)
