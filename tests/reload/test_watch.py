"""Changes on the disk are noticed."""

import trio

from docsync_trio.reload import watch
from docsync_trio.reload.watch import Watch, watch_folders


class Told:
    def __init__(self):
        self.send, self.receive = trio.open_memory_channel(float("inf"))

    def tell(self):
        self.send.send_nowait(None)

    async def wait(self):
        with trio.fail_after(20):
            await self.receive.receive()

    async def drain(self):
        await self.wait()
        with trio.move_on_after(0.3):
            while True:
                await self.receive.receive()


async def test_what_happens_in_the_folders_is_told_and_no_more_when_they_change(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    told = Told()
    async with trio.open_nursery() as nursery:
        watching = Watch(nursery, told.tell, watch_folders)
        watching.over(frozenset({one}))
        await told.drain()  # what happened until now
        (one / "a.py").write_text("1")
        await told.drain()
        (one / "b.py").write_text("2")
        (one / "b.py").rename(one / "a.py")
        await told.drain()
        (one / "a.py").unlink()
        await told.drain()

        watching.over(frozenset({two}))
        await told.drain()
        (two / "a.py").write_text("1")
        await told.drain()
        nursery.cancel_scope.cancel()


async def test_where_the_system_tells_nothing_somebody_looks_again_and_again(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "POLL", 0.01)
    told = Told()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch_folders, frozenset({tmp_path / "gone"}), told.tell)
        for _ in range(3):
            await told.wait()
        nursery.cancel_scope.cancel()
