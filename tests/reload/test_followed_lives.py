"""Applications that pages follow leave as little behind as all others."""

import gc
import weakref

from docsync_trio.base.events import ReloadFailed
from docsync_trio.server.development.following import Following
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.state_keeper import carry_over
from tests.reload.a_reloading_site import reloading
from tests.server.followed_sites import PAGE

REQUEST = Request(path="/a", host="localhost")
SCRIPT = """
import trio
from bokeh.io import curdoc
from bokeh.models import Slider

curdoc().title = "number {number}"
curdoc().add_root(Slider(name="slider", start=0, end=100, value=1))
"""


async def test_after_many_reloads_what_was_set_is_there_and_nothing_else(folder):
    folder.site(("/a", '{ file = "a.py" }'))
    folder.write("a.py", SCRIPT.format(number=0))
    following = Following(lambda _: None, show_errors=True, keep_state=True)
    old = []
    async with reloading(folder, carry_over=carry_over, prepare=following.followed) as site:
        await site.page("/a")
        (session_id,) = site.context("/a").sessions
        for number in range(1, 11):
            session = await site.context("/a").session(session_id, REQUEST)
            assert session.document.get_model_by_name("slider").value == number
            await session.with_document(
                lambda document, value=number + 1: document.get_model_by_name(
                    "slider"
                ).set_from_json("value", value, setter=PAGE)
            )
            old += map(weakref.ref, (site.context("/a"), session, session.document))
            del session
            folder.write("a.py", "1 / 0\n")
            (failed,) = await site.reload()
            assert isinstance(failed, ReloadFailed)
            following.observe(failed)
            assert following.failures("/a", session_id)
            folder.write("a.py", SCRIPT.format(number=number))
            (told,) = await site.reload()
            following.observe(told)
            assert not following.failures("/a", session_id)
        session = await site.context("/a").session(session_id, REQUEST)
        assert session.document.get_model_by_name("slider").value == 11
        del failed, told
        site.events.clear()
        gc.collect()
        assert [one() for one in old if one() is not None] == []
