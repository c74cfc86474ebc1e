"""Who has signed in, as applications made with Panel find it."""

import pytest

from tests.server.signing_in import Browser, a_site

SCRIPT = """
import panel as pn

pn.extension()
told = pn.widgets.TextInput(value=f"{pn.state.user} {pn.state.user_info['username']}")
button = pn.widgets.Button()

def on_click(event):
    info = pn.state.user_info
    told.value = f"{pn.state.user} {info.get('team')} {pn.state.access_token} {pn.state.cookies}"

button.on_click(on_click)
pn.Column(told, button).servable()
"""
STRICT = """
import panel as pn

def may(info, path):
    if info["user"] == "bob":
        return "/app"
    return info["user"] == "alice" and path == "/strict"

pn.config.authorize_callback = may
pn.pane.Markdown("for some").servable()
"""
APP, STRICT_APP = (
    f'[[applications]]\npath = "/{name}"\nhandlers = [{{ file = "{name}.py" }}]\n'
    for name in ("app", "strict")
)


@pytest.fixture(autouse=True, scope="module")
def panel():
    """Import it now: other tests of this process are to be over by then (`tests/conftest.py`)."""
    import panel as pn  # noqa: F401


def field(page):
    return next(m for m in page.document.models if type(m).__name__ == "TextInput")


async def test_state_tells_who_has_signed_in_and_the_applications_own_rule_is_asked(tmp_path):
    (tmp_path / "app.py").write_text(SCRIPT)
    (tmp_path / "strict.py").write_text(STRICT)
    text = '[sign_in]\nfunction = "rules:who"\noptional = true'
    async with a_site(tmp_path, text, sites=APP + STRICT_APP) as site:
        alice = Browser(site, headers={"X-User": "alice", "X-Team": "desk", "Cookie": "a=1"})
        async with alice.open() as page:
            assert field(page).value == "alice alice"
            page.click(next(m for m in page.document.models if type(m).__name__ == "Button"))
            await page.until(lambda: "desk" in field(page).value, "the callback has run")
            assert field(page).value == "alice desk None {'a': '1'}"
        guest, bob = Browser(site), Browser(site, headers={"X-User": "bob"})
        async with guest.open() as page:
            assert field(page).value == "guest guest"

        assert (await alice.get("/strict")).status == 200
        assert (await guest.get("/strict")).status == 403
        assert (await bob.get("/strict")).headers["location"] == "/app"
        script = await guest.get("/strict/autoload.js?bokeh-autoload-element=x")
        assert (script.status, "You may not see this" in script.text) == (403, True)


async def test_without_sign_in_panel_tells_what_it_always_tells(tmp_path):
    (tmp_path / "app.py").write_text(SCRIPT.replace("pn.state.user_info['username']", "7"))
    async with a_site(tmp_path, "", sites=APP) as site, Browser(site).open() as page:
        assert field(page).value == "None 7"
