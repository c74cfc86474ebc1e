"""A site whose visitors sign in, and that is changed while it runs."""

from docsync_trio.base.events import RestartNeeded
from tests.reload.a_reloading_site import reloading
from tests.server.memory_client import ask

SIGN_IN = '[sign_in]\nfunction = "gate_rules:who"\n'
RULES = """
def who(request):
    return request.headers.get("X-User")

def is_alice(info):
    return info["user"] == "{name}"
"""


async def status(site, path, user=None):
    headers = {"X-User": user} if user else {}
    return (await ask(site.site.asgi, path, headers=headers)).status


async def test_the_gate_stays_whatever_is_changed_behind_it(folder):
    folder.script("a.py", "one")
    folder.write("gate_rules.py", RULES.format(name="alice"))
    folder.site(("/a", '{ file = "a.py" }'), more=SIGN_IN)
    async with reloading(folder) as site:
        assert await status(site, "/a") == 401
        assert await status(site, "/a", "alice") == 200
        folder.script("b.py", "two")
        strict = '{ file = "b.py" }]\nauthorize = "gate_rules:is_alice"\n#'
        folder.site(("/a", '{ file = "a.py" }'), ("/b", strict), more=SIGN_IN)
        await site.reload()
        assert await status(site, "/b") == 401
        assert await status(site, "/b", "bob") == 403
        assert await status(site, "/b", "alice") == 200
        assert await status(site, "/nothing") == 401

        folder.site(("/a", '{ file = "a.py" }]\npublic = true\n#'), more=SIGN_IN)
        await site.reload()
        assert await status(site, "/a") == 200

        folder.site(("/a", '{ file = "a.py" }'))
        told = await site.reload()
        assert [event.keys for event in told if isinstance(event, RestartNeeded)] == [
            ("sign_in.function",)
        ]
        assert await status(site, "/a") == 401
