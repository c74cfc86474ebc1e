"""What application code logs says whose it is, wherever it runs."""

import asyncio

import pytest
import trio

from docsync_trio.applications.hooks import Hooks
from docsync_trio.base.log_owner import LogOwner, log_owner
from tests.sessions.fakes import on_stage

ONE = LogOwner("/app", "one")


@pytest.mark.parametrize("run_in", ["loop", "thread"])
async def test_handlers_and_callbacks_are_their_sessions(run_in):
    owners, ran = [], trio.Event()

    def app(document):
        owners.append(log_owner())
        document.add_next_tick_callback(callback)

    def callback():
        owners.append(log_owner())

    async def finish():
        owners.append(log_owner())
        ran.set()

    async with on_stage(app, run_in=run_in) as stage:
        session = await stage.session("one")
        session.document.add_next_tick_callback(finish)
        with trio.fail_after(10):
            await ran.wait()
        assert log_owner() is None
    assert owners == [ONE, ONE, ONE]


async def test_tasks_and_threads_that_a_callback_starts_are_its_sessions():
    owners = []

    def note():
        owners.append(log_owner())

    async def in_a_task():
        note()

    async def app(document):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(in_a_task)
            await trio.to_thread.run_sync(note)

    async with on_stage(app) as stage:
        await stage.session("one")
    assert owners == [ONE, ONE]


async def test_asyncio_tasks_and_their_threads_are_their_sessions():
    owners = []

    def note():
        owners.append(log_owner())

    async def in_a_task():
        note()
        await asyncio.sleep(0)
        note()

    async def app(document):
        await asyncio.gather(in_a_task(), asyncio.to_thread(note))

    async with on_stage(app, async_kind="asyncio") as stage:
        await stage.session("one")
    assert owners == [ONE, ONE, ONE]


async def test_server_hooks_are_the_applications():
    owners = []

    def hook(context):
        owners.append(log_owner())

    hooks = Hooks(on_server_loaded=(hook,), on_server_unloaded=(hook,))
    async with on_stage(lambda document: None, hooks=hooks):
        pass
    assert owners == [LogOwner("/app")] * 2
