"""Signing in by way of a provider, from the first page to the last redirect."""

import pytest
import trio
import trio.testing
from joserfc import jwt
from joserfc.jwk import OctKey

from docsync_trio.base import events
from docsync_trio.server.sign_in import provider as provider_door
from tests.server.identity_provider import CLIENT, ISSUER, SECRET, IdentityProvider, new_key
from tests.server.signing_in import Browser, a_site, in_folder, where

OIDC = f"""
[sign_in]
provider = "oidc"
issuer = "{ISSUER}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
"""
TOKENS = """
from bokeh.models import Div
from bokeh.plotting import curdoc

user = curdoc().session_context.request.user
curdoc().add_root(Div(text=f"{user.name} {user.tokens.access}", name="who"))
"""
KEY = new_key("one")


@pytest.fixture
def idp(monkeypatch):
    idp = IdentityProvider(KEY)
    monkeypatch.setattr(provider_door, "open_client", idp.client)
    return idp


async def signed_in(browser, idp, wanted="/app"):
    """Go to the provider and back; return the last answer."""
    begun = await browser.get(f"/login?next={wanted}")
    return await browser.get(f"/login?{idp.visit(begun.headers['location'])}")


async def test_a_visitor_goes_to_the_provider_and_comes_back_as_somebody(tmp_path, idp):
    idp.claims["email"] = "alice@example.org"
    more = 'extra_params = { prompt = "login" }\nscopes = ["openid", "email"]'
    async with a_site(tmp_path, f"{OIDC}{more}") as site:
        browser = Browser(site)
        assert where(await browser.get("/app")) == ("/login", "next=/app")
        reply = await signed_in(browser, idp)
        assert (reply.status, reply.headers["location"]) == (303, "/app")
        assert list(browser.cookies) == ["docsync_user"]
        asked = idp.asked[0]
        assert asked["redirect_uri"].endswith("/login")
        assert (asked["prompt"], asked["scope"]) == ("login", "openid email")
        async with browser.open() as page:
            assert page.model("who").text == "alice, guest: False"
            user = site._site.applications[0].sessions[site.session().id].request.user
            assert user.info["email"] == "alice@example.org"
            assert user.tokens is None


def without(name):
    return lambda claims: {key: value for key, value in claims.items() if key != name}


async def test_a_token_that_is_not_for_this_sign_in_is_not_believed(tmp_path, idp):
    spoiled = (
        *(lambda claims: {**claims, "nonce": "another"}, without("nonce")),
        *(lambda claims: {**claims, "aud": "another"}, without("aud")),
        *(lambda claims: {**claims, "iss": "https://evil.test"}, without("iss")),
        *(lambda claims: {**claims, "exp": claims["iat"] - 600}, without("exp")),
        lambda claims: {**claims, "iat": claims["iat"] + 600},
        lambda claims: {**claims, "aud": [CLIENT, "another"], "azp": "another"},
        without("sub"),
    )
    async with a_site(tmp_path, OIDC) as site:
        for spoil in spoiled:
            idp.spoil, browser = spoil, Browser(site)
            reply = await signed_in(browser, idp)
            assert reply.status == 403
            assert "Signing in has failed" in reply.text
            assert "docsync_user" not in browser.cookies
            assert "ID token" in site.observed(events.ConnectionRefused)[-1].hint
        assert len(site.observed(events.ConnectionRefused)) == len(spoiled)


async def test_a_token_that_somebody_else_has_signed_is_not_believed(tmp_path, idp, monkeypatch):
    original = jwt.encode
    forged = (
        lambda header, claims, key: original(header, claims, new_key("one")),
        lambda header, claims, key: original(
            {"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(SECRET * 8)
        ),
        lambda header, claims, key: "eyJhbGciOiJub25lIn0.e30.",
        lambda header, claims, key: None,
    )
    async with a_site(tmp_path, OIDC) as site:
        for encode in forged:
            monkeypatch.setattr("tests.server.identity_provider.jwt.encode", encode)
            reply = await signed_in(Browser(site), idp)
            assert reply.status == 403


async def test_what_comes_back_has_to_be_what_went(tmp_path, idp):
    async with a_site(tmp_path, OIDC) as site:
        browser, victim = Browser(site), Browser(site)
        begun = await browser.get("/login?next=/app")
        back = idp.visit(begun.headers["location"])
        # By a link that somebody else has begun, a visitor would be signed in as them.
        assert (await victim.get(f"/login?{back}")).status == 403
        assert (await browser.get(f"/login?{back.replace('state=', 'state=x')}")).status == 403
        other = back.replace("iss=https%3A%2F%2Fid.test", "iss=https%3A%2F%2Fevil.test")
        assert (await browser.get(f"/login?{other}")).status == 403
        assert (await browser.get(f"/login?{back.partition('&')[2]}")).status == 403
        kept = dict(browser.cookies)
        assert (await browser.get(f"/login?{back}")).status == 303
        replayed = await Browser(site, kept).get(f"/login?{back}")
        assert replayed.status == 403
        assert "invalid_grant" in site.observed(events.ConnectionRefused)[-1].hint


async def test_several_tabs_may_sign_in_at_once(tmp_path, idp):
    async with a_site(tmp_path, OIDC) as site:
        browser = Browser(site)
        begun = [await browser.get(f"/login?next=/app%3Ftab={n}") for n in range(3)]
        for n, each in enumerate(begun):
            reply = await browser.get(f"/login?{idp.visit(each.headers['location'])}")
            assert reply.headers["location"] == f"/app?tab={n}"


async def test_a_visitor_may_say_no(tmp_path, idp):
    idp.denies = True
    async with a_site(tmp_path, OIDC) as site:
        reply = await signed_in(Browser(site), idp)
        assert reply.status == 403
        assert "You have not allowed this site to know who you are" in reply.text
        assert ">Try again</a>" in reply.text


async def test_a_new_key_of_the_provider_is_looked_for_once_in_a_while(
    tmp_path, idp, autojump_clock
):
    async with a_site(tmp_path, OIDC) as site:
        assert (await signed_in(Browser(site), idp)).status == 303
        idp.key = new_key("two")
        assert (await signed_in(Browser(site), idp)).status == 403
        await trio.sleep(61)
        assert (await signed_in(Browser(site), idp)).status == 303


async def test_the_name_may_be_told_apart_from_the_token(tmp_path, idp):
    idp.told = {"login": "al"}
    async with a_site(tmp_path, f'{OIDC}user_key = "login"') as site:
        browser = Browser(site)
        assert (await signed_in(browser, idp)).status == 303
        async with browser.open() as page:
            assert page.model("who").text == "al, guest: False"
        idp.told = {"login": "al", "sub": "8"}
        assert (await signed_in(Browser(site), idp)).status == 403
        idp.told = {}
        assert (await signed_in(Browser(site), idp)).status == 403
        assert "sign_in.user_key" in site.observed(events.ConnectionRefused)[-1].hint


async def test_an_address_that_is_not_verified_is_nobodys_name(tmp_path, idp):
    idp.claims |= {"email": "root@example.org", "email_verified": False}
    async with a_site(tmp_path, f'{OIDC}user_key = "email"') as site:
        reply = await signed_in(Browser(site), idp)
        assert (reply.status, "has not verified your address" in reply.text) == (403, True)


@pytest.mark.parametrize(
    ("published", "says"),
    [
        ({"issuer": "https://evil.test"}, "it says that it is https://evil.test"),
        ({"jwks_uri": None}, "not all of"),
        ({"token_endpoint": f"{ISSUER}/nothing"}, "answers 404"),
        ({"jwks_uri": f"{ISSUER}/elsewhere"}, "answers 307"),
    ],
)
async def test_a_provider_that_cannot_be_asked_is_told_in_the_log(tmp_path, idp, published, says):
    idp.published = published
    async with a_site(tmp_path, OIDC) as site:
        browser = Browser(site)
        reply = await browser.get("/login")
        if reply.status == 303:
            reply = await browser.get(f"/login?{idp.visit(reply.headers['location'])}")
        assert reply.status in {403, 502}
        assert says in site.observed(events.ConnectionRefused)[-1].hint


async def test_a_provider_of_oauth_alone_is_asked_who_it_is(tmp_path, idp):
    idp.told = {"email": "alice@example.org"}
    urls = "".join(
        f'{name}_url = "{ISSUER}/{path}"\n'
        for name, path in (("authorize", "authorize"), ("token", "token"), ("user", "me"))
    )
    text = f'[sign_in]\nprovider = "oauth"\nclient_id = "{CLIENT}"\n'
    async with a_site(tmp_path, f'{text}client_secret = "{SECRET}"\n{urls}') as site:
        browser = Browser(site)
        assert (await signed_in(browser, idp)).status == 303
        assert "nonce" not in idp.asked[0]
        async with browser.open() as page:
            assert page.model("who").text == "alice@example.org, guest: False"


async def test_applications_find_a_fresh_token_where_the_site_keeps_them(tmp_path, idp):
    in_folder(tmp_path)
    (tmp_path / "tokens.py").write_text(TOKENS)
    sites = '[[applications]]\npath = "/app"\nhandlers = [{ file = "tokens.py" }]'
    idp.seconds = 10  # so it is as good as over
    async with a_site(tmp_path, f"{OIDC}keep_tokens = true", sites=sites) as site:
        browser = Browser(site)
        await signed_in(browser, idp)
        assert "access" not in str(browser.cookies)
        async with browser.open() as page:
            # Once for the page, once for its websocket.
            assert page.model("who").text in {"alice access1", "alice access2"}
        tokens = site.signed_in("carol")
        async with site.open(cookies=tokens) as page:
            assert page.model("who").text == "carol access-token"
        idp.refreshed = 100  # the next one is not what the provider wants
        assert (await browser.get("/app")).status == 303


async def test_nobody_waits_for_the_token_of_another(tmp_path, idp):
    async with a_site(tmp_path, f"{OIDC}keep_tokens = true") as site:
        late, fresh = Browser(site), Browser(site)
        for browser, idp.seconds in ((late, 10), (fresh, 3600)):
            await signed_in(browser, idp)
        idp.hold = trio.Event()
        replies = []

        async def ask():
            replies.append(await late.get("/app"))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            nursery.start_soon(ask)
            await trio.testing.wait_all_tasks_blocked()
            with trio.fail_after(10):
                assert (await fresh.get("/app")).status == 200
            assert replies == []
            idp.hold.set()
        assert [reply.status for reply in replies] == [200, 200]


async def test_passwords_and_a_provider_may_stand_side_by_side(tmp_path, idp):
    async with a_site(tmp_path, f'{OIDC}users = "users.toml"') as site:
        browser = Browser(site)
        form = (await browser.get("/login?next=/app")).text
        assert 'type="password"' in form
        assert 'href="/login?with=provider&amp;next=%2Fapp"' in form
        begun = await browser.get("/login?with=provider&next=/app")
        reply = await browser.get(f"/login?{idp.visit(begun.headers['location'])}")
        assert reply.headers["location"] == "/app"
        assert (await Browser(site).sign_in()).status == 303
