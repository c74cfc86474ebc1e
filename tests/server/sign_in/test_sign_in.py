"""Who may come in, and who has."""

import importlib.util
import re

import pytest

from docsync_trio.base import events
from docsync_trio.base.errors import ConfigError
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.sessions.wire import WireClosed
from docsync_trio.sign_in.passwords import hash_password
from docsync_trio.sign_in.throttle import FREE
from docsync_trio.testing import Refused
from tests.server.memory_client import ask
from tests.server.signing_in import PASSWORD, Browser, a_site, in_folder, secret_in, where

USERS = '[sign_in]\nusers = "users.toml"'
ROUTES = """
[[applications]]
path = "/app"
handlers = [{ directory = "own" }]

[[applications]]
path = "/open"
public = true
handlers = [{ file = "show.py" }]

[[routes]]
path = "/health"
endpoint = "rules:health"

[[routes]]
path = "/open-health"
public = true
endpoint = "rules:health"

[[routes]]
path = "/wsgi"
wsgi = "rules:flask_like"
"""


async def test_a_page_is_for_those_who_have_signed_in(tmp_path):
    async with a_site(tmp_path, USERS) as site:
        browser = Browser(site)
        assert where(await browser.get("/app?n=1&m=2")) == ("/login", "next=/app%3Fn%3D1%26m%3D2")
        reply = await browser.sign_in(wanted="/app?n=1")
        assert (reply.status, reply.headers["location"]) == (303, "/app?n=1")
        assert list(browser.cookies) == ["docsync_user"]

        async with browser.open() as page:
            assert page.model("who").text == "alice, guest: False"
            assert "docsync_user" not in page.html
            assert "docsync_user" not in page.model("sent").text
        assert [event.user for event in site.observed(events.SignedIn)] == ["alice"]


@pytest.mark.parametrize(
    ("name", "password"), [("alice", "wrong"), ("nobody", PASSWORD), ("", ""), ("alice", "")]
)
async def test_whoever_fails_is_told_the_same(tmp_path, name, password):
    async with a_site(tmp_path, USERS) as site:
        browser = Browser(site)
        reply = await browser.sign_in(name, password)

        assert reply.status == 403
        assert "The name or the password is wrong." in reply.text
        assert 'role="alert"' in reply.text
        assert "docsync_user" not in browser.cookies
        again = {"secret": secret_in(reply.text), "next": "/app"}
        reply = await browser.post("/login", name="alice", password=PASSWORD, **again)
        assert reply.headers["location"] == "/app"


async def test_a_form_of_other_pages_signs_nobody_in(tmp_path):
    async with a_site(tmp_path, USERS) as site:
        mine, theirs = Browser(site), Browser(site)
        secret = secret_in((await theirs.get("/login")).text)
        for given in (secret, "", "x"):
            fields = {"name": "alice", "password": PASSWORD, "secret": given}
            assert (await mine.post("/login", **fields)).status == 403
        assert "docsync_user" not in mine.cookies


async def test_a_link_to_sign_in_leads_nowhere_else(tmp_path):
    async with a_site(tmp_path, USERS) as site:
        for wanted in ("//evil.example", "https://evil.example", "/\\evil.example"):
            assert (await Browser(site).sign_in(wanted=wanted)).headers["location"] == "/"
        forced = await Browser(site).sign_in(next="//evil.example")
        assert forced.headers["location"] == "/"


async def test_passwords_cannot_be_tried_for_ever(tmp_path, autojump_clock):
    async with a_site(tmp_path, USERS) as site:
        for _ in range(FREE):
            assert (await Browser(site).sign_in("alice", "wrong")).status == 403
        reply = await Browser(site).sign_in("alice")
        assert (reply.status, reply.headers["retry-after"]) == (429, "1")
        autojump_clock.jump(1.5)
        assert (await Browser(site).sign_in("alice")).status == 303


async def test_many_reloads_of_the_form_leave_few_cookies(tmp_path):
    async with a_site(tmp_path, USERS) as site:
        browser = Browser(site)
        for _ in range(30):
            await browser.get("/login")
        assert len(browser.cookies) < 10
        assert (await browser.sign_in()).status == 303


async def test_everything_is_closed_but_what_is_said_to_be_open(tmp_path):
    (tmp_path / "own" / "static").mkdir(parents=True)
    (tmp_path / "own" / "main.py").touch()
    (tmp_path / "own" / "static" / "own.css").write_text("own")
    async with a_site(tmp_path, USERS, sites=ROUTES) as site:
        for closed in ("/", "/app", "/app/metadata", "/health", "/wsgi/x", "/nothing"):
            assert (await site.get(closed)).status == 401, closed
        assert (await site.get("/app/static/own.css")).status == 404
        told = await site.get("/app/autoload.js?bokeh-autoload-element=x")
        assert (told.status, "Please sign in first" in told.text) == (401, True)
        for open_to_all in (
            *("/open", "/open/metadata", "/open-health", "/app/static/js/bokeh.min.js"),
            *("/static/js/bokeh.min.js", "/favicon.ico", "/login", "/app/preflight"),
        ):
            assert (await site.get(open_to_all)).status == 200, open_to_all

        browser = Browser(site)
        await browser.sign_in()
        browser.cookies["other"] = "1"
        assert (await browser.get("/app/static/own.css")).text == "own"
        assert (await browser.get("/health")).text == "alice"
        assert (await browser.get("/open-health")).text == "alice"
        assert (await browser.get("/wsgi/x")).text == "alice other=1"
        assert (await browser.get("/nothing")).status == 404
        async with Browser(site).open("/open") as page:
            assert page.model("who").text == "nobody, guest: True"


async def test_a_websocket_needs_the_visitor_of_its_page(tmp_path):
    async with a_site(tmp_path, USERS) as site:
        alice, bob, nobody = Browser(site), Browser(site), Browser(site)
        await alice.sign_in()
        await bob.sign_in("bob")
        async with alice.open() as page:
            for thief, status in ((bob, 403), (nobody, 401)):
                with pytest.raises(Refused, match=str(status)):
                    await site._network.websocket("/app/ws", thief.sent, ("bokeh", page._token))
                told = await site._network.websocket(
                    "/app/ws?docsync-page=again", thief.sent, ("bokeh", page._token)
                )
                with pytest.raises(WireClosed) as ended:
                    await told.receive()
                assert ended.value.code == CloseCode.SESSION_ENDED
            assert page.model("who").text == "alice, guest: False"


async def test_a_session_is_not_for_others_who_know_its_id(tmp_path):
    async with a_site(tmp_path, USERS) as site:
        alice, bob = Browser(site), Browser(site)
        await alice.sign_in()
        await bob.sign_in("bob")
        async with alice.open():
            named = {"Bokeh-Session-Id": site.session().id}
            assert (await alice.get("/app", **named)).status == 200
            reply = await bob.get("/app", **named)
            assert (reply.status, "not yours" in reply.text) == (403, True)


async def test_who_signs_out_is_out_everywhere_and_a_copied_cookie_is_worth_nothing(tmp_path):
    async with a_site(tmp_path, USERS) as site:
        browser, other = Browser(site), Browser(site)
        await browser.sign_in()
        await other.sign_in()
        copied = Browser(site, dict(browser.cookies))
        async with browser.open() as page, other.open() as beside:
            reply = await browser.get("/logout")
            await page.until(lambda: page.closed, "the page is told")
            assert page.closed.code == CloseCode.SESSION_ENDED
            assert not beside.closed
        assert "You have signed out" in reply.text
        assert browser.cookies == {}
        assert (await browser.get("/app")).status == 303
        assert (await copied.get("/app")).status == 303
        assert (await other.get("/app")).status == 200
        assert [event.user for event in site.observed(events.SignedOut)] == ["alice"]


async def test_no_other_site_signs_visitors_out(tmp_path):
    async with a_site(tmp_path, USERS) as site:
        browser = Browser(site)
        await browser.sign_in()
        asked = await browser.get("/logout", **{"Sec-Fetch-Site": "cross-site"})
        assert "Sign out?" in asked.text
        assert "docsync_user" in browser.cookies
        await browser.ask("POST", "/logout", **{"Sec-Fetch-Site": "same-origin"})
        assert browser.cookies == {}


async def test_a_new_password_ends_old_sign_ins(tmp_path):
    async with a_site(tmp_path, USERS) as site:
        browser, bob = Browser(site), Browser(site)
        await browser.sign_in()
        await bob.sign_in("bob")
        lines = (tmp_path / "users.toml").read_text().splitlines()
        new = f'alice = "{hash_password("new", cost=16)}"  # longer'
        (tmp_path / "users.toml").write_text("\n".join([new, *lines[1:]]))
        assert (await browser.get("/app")).status == 303
        assert (await bob.get("/app")).status == 200
        (tmp_path / "users.toml").write_text("no TOML")
        assert (await bob.get("/app")).status == 200
        (tmp_path / "users.toml").write_text(new)
        assert (await bob.get("/app")).status == 303


async def test_the_cookie_is_for_the_site_below_its_prefix_and_for_https(tmp_path):
    text = f'{USERS}\n[server]\nprefix = "/desk"\ntrusted_proxies = ["192.0.2.1"]'
    async with a_site(tmp_path, text) as site:
        proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}
        browser = Browser(site, headers=proxied)
        assert where(await browser.get("/desk/app")) == ("/desk/login", "next=/desk/app")
        form = await browser.get("/desk/login?next=/desk/app")
        assert 'action="/desk/login"' in form.text
        assert "Path=/desk/login;" in form.headers["set-cookie"]
        fields = {"secret": secret_in(form.text), "name": "alice", "password": PASSWORD}
        reply = await browser.post("/desk/login", **fields)
        (cookie,) = (f for f in reply.headers.get_list("set-cookie") if "docsync_user=." in f)
        assert re.search(r"; Path=/desk; Max-Age=86400; HttpOnly; SameSite=Lax; Secure$", cookie)
        assert (await browser.get("/desk/app")).status == 200


async def test_a_site_that_is_mounted_below_a_path_signs_in_there(tmp_path):
    async with a_site(tmp_path, USERS) as site:

        async def get(path):
            return await ask(
                site._site.asgi, path, root_path="/mnt", headers={"Accept": "text/html"}
            )

        assert (await get("/mnt/app")).headers["location"] == "/mnt/login?next=/mnt/app"
        form = await get("/mnt/login?next=/mnt/app")
        assert 'action="/mnt/login"' in form.text
        assert "Path=/mnt/login;" in form.headers["set-cookie"]
        assert "Path=/mnt;" in (await get("/mnt/logout")).headers["set-cookie"]


async def test_where_it_is_optional_the_application_sees_whether_they_have(tmp_path):
    async with a_site(tmp_path, f"{USERS}\noptional = true") as site:
        browser = Browser(site)
        async with browser.open() as page:
            assert page.model("who").text == "nobody, guest: True"
        await browser.sign_in()
        async with browser.open() as page:
            assert page.model("who").text == "alice, guest: False"


@pytest.mark.parametrize("name", ["who", "who_in_time"])
async def test_a_function_of_the_site_may_say_who_it_is(tmp_path, name, autojump_clock):
    text = f"""
        [sign_in]
        function = "rules:{name}"
        login_url = "https://portal.example.org/?next={{next}}"
        authorize = "rules:known"
    """
    async with a_site(tmp_path, text) as site:
        unknown, alice = Browser(site), Browser(site, headers={"X-User": "alice"})
        assert (await unknown.get("/app", Accept="*/*")).status == 401
        location = (await unknown.get("/app?a=1")).headers["location"]
        assert location.startswith("https://portal.example.org/?next=http%3A%2F%2F")
        assert location.endswith("%2Fapp%3Fa%3D1")
        async with alice.open() as page:
            assert page.model("who").text == "alice, guest: False"
            with pytest.raises(Refused, match="401"):
                await site._network.websocket("/app/ws", unknown.sent, ("bokeh", page._token))
        reply = await Browser(site, headers={"X-User": "mallory"}).get("/app")
        assert (reply.status, "You may not see this" in reply.text) == (403, True)
        assert "cookie" not in str(reply.headers).lower()


async def test_an_application_may_have_a_rule_of_its_own_or_send_elsewhere(tmp_path):
    text = '[sign_in]\nfunction = "rules:who"'
    sites = "".join(
        f"""
        [[applications]]
        path = "/{name}"
        authorize = "rules:desk_only"
        handlers = [{{ file = "show.py" }}]
        """
        for name in ("app", "sent")
    )
    async with a_site(tmp_path, text, sites=sites) as site:
        desk = Browser(site, headers={"X-User": "alice", "X-Team": "desk"})
        other = Browser(site, headers={"X-User": "bob"})
        async with desk.open() as page:
            assert page.model("who").text == "alice, guest: False"
        assert (await other.get("/app")).status == 403
        assert (await desk.get("/sent")).headers["location"] == "/app"


async def test_a_rule_that_fails_lets_nobody_in(tmp_path):
    sites = """
        [[applications]]
        path = "/app"
        public = true
        authorize = "rules:desk_only"
        handlers = [{ file = "show.py" }]
    """
    async with a_site(tmp_path, USERS, sites=sites) as site:
        reply = await site.get("/app")
        assert reply.status == 500
        assert isinstance(site.observed(events.RequestFailed)[0].error, TypeError)


async def test_a_mounted_application_has_its_websockets_behind_the_gate_too(tmp_path):
    sites = """
        [[routes]]
        path = "/echo"
        asgi = "echo:app"
    """
    (tmp_path / "echo.py").write_text(
        "from starlette.applications import Starlette\n"
        "from starlette.routing import WebSocketRoute\n"
        "async def echo(websocket):\n"
        "    await websocket.accept('bokeh')\n"
        "    await websocket.send_text(websocket.user.display_name)\n"
        "    await websocket.close()\n"
        "app = Starlette(routes=[WebSocketRoute('/', echo)])\n"
    )
    async with a_site(tmp_path, USERS, sites=sites) as site:
        browser = Browser(site)
        with pytest.raises(Refused):
            await site._network.websocket("/echo/", browser.sent, ("bokeh",))
        await browser.sign_in()
        line = await site._network.websocket("/echo/", browser.sent, ("bokeh",))
        assert await line.receive() == "alice"


async def test_an_application_is_tried_out_as_somebody(tmp_path):
    in_folder(tmp_path)
    (tmp_path / "strict.py").write_text(
        "from bokeh.plotting import curdoc\ncurdoc().session_context.request.user.name.upper()\n"
    )
    sites = """
        [[applications]]
        path = "/app"
        warm = true
        handlers = [{ file = "strict.py" }]
    """
    async with a_site(tmp_path, USERS, sites=sites) as site:
        assert site.observed(events.BuildFailed) == []


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('users = "broken.toml"', "sign_in.users: broken.toml: alice: no hash"),
        ('function = "rules:nothing"', "sign_in.function: "),
        ('function = "rules:flask_like"', "is called with the request"),
        ('function = "rules:who"\nauthorize = "rules:health2"', "sign_in.authorize: "),
        ('function = "rules:who"\nlogout_page = "broken.html"', "broken.html: line 1"),
    ],
)
async def test_what_cannot_be_used_is_told_before_anything_listens(tmp_path, table, says):
    (tmp_path / "broken.toml").write_text('alice = "geheim"')
    (tmp_path / "broken.html").write_text("{% if %}")
    with pytest.raises(ConfigError) as caught:
        async with a_site(tmp_path, f"[sign_in]\n{table}"):
            pass
    assert says in str(caught.value)
    assert "geheim" not in str(caught.value)


async def test_without_the_libraries_it_says_what_to_install(tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "joserfc" else found(name)
    )
    async with a_site(tmp_path, USERS):
        pass
    table = 'provider = "github"\nclient_id = "x"\nclient_secret = "y"'
    with pytest.raises(ConfigError, match=r'pip install "docsync-trio\[sign-in\]"'):
        async with a_site(tmp_path, f"[sign_in]\n{table}"):
            pass


async def test_a_test_may_have_users_who_have_signed_in(tmp_path):
    async with a_site(tmp_path, USERS) as site:
        async with site.open(cookies=site.signed_in("bob")) as page:
            assert page.model("who").text == "bob, guest: False"
        with pytest.raises(LookupError, match="'nobody' is not in the file of users"):
            site.signed_in("nobody")
    async with a_site(tmp_path, "") as site:
        with pytest.raises(LookupError, match="do not sign in"):
            site.signed_in("bob")


async def test_pages_may_be_the_sites_own(tmp_path):
    (tmp_path / "in.html").write_text("<form>{{ secret }} {{ provider }} {{ error }}</form>")
    (tmp_path / "out.html").write_text("gone to {{ login }}")
    text = f'{USERS}\nlogin_page = "in.html"\nlogout_page = "out.html"'
    async with a_site(tmp_path, text) as site:
        assert (await site.get("/login")).text.startswith("<form>")
        assert (await site.get("/logout")).text == "gone to /"


async def test_the_program_of_others_comes_in_with_the_cookie(tmp_path):
    async with a_site(tmp_path, USERS, port=0) as site:
        browser = Browser(site)
        await browser.sign_in()
        async with site.pull_session("/app", cookies=browser.cookies) as session:
            assert session.document.get_model_by_name("who").text == "alice, guest: False"
