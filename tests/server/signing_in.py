"""Sites where visitors sign in, and a browser that keeps cookies."""

import re
from contextlib import asynccontextmanager
from urllib.parse import urlencode, urlsplit

import attrs

from docsync_trio.sign_in.passwords import hash_password
from docsync_trio.testing import open_site

PASSWORD = "geheim"
SHOW = """
from bokeh.models import Div
from bokeh.plotting import curdoc

request = curdoc().session_context.request
name = request.user.name if request.user else "nobody"
curdoc().add_root(Div(text=f"{name}, guest: {request.guest}", name="who"))
curdoc().add_root(Div(text=repr((dict(request.cookies), dict(request.headers))), name="sent"))
"""
RULES = """
import trio

def who(request):
    name = request.headers.get("X-User")
    return {"user": name, "team": request.headers.get("X-Team", "")} if name else None

async def who_in_time(request):
    await trio.sleep(1)
    return request.headers.get("X-User")

def known(info):
    return info is not None and info["user"] != "mallory"

def desk_only(info, path):
    if path.startswith("/sent"):
        return "/app"
    return info["team"] == "desk"

async def health(request):
    from starlette.responses import PlainTextResponse
    user = request.scope.get("user")
    return PlainTextResponse(user.display_name if user else "nobody")

def flask_like(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    cookie = environ.get("HTTP_COOKIE", "")
    return [f"{environ.get('REMOTE_USER')} {cookie}".encode()]
"""
SITE = """
[[applications]]
path = "/app"
handlers = [{ file = "show.py" }]
"""


def in_folder(folder, users=("alice", "bob")):
    """Put what a site needs into *folder*; of everybody the password is `PASSWORD`."""
    lines = [f'{name} = "{hash_password(PASSWORD, cost=16)}"' for name in users]
    (folder / "users.toml").write_text("\n".join(lines))
    (folder / "show.py").write_text(SHOW)
    (folder / "rules.py").write_text(RULES)
    return folder


@asynccontextmanager
async def a_site(folder, text, *, port=None, sites=SITE):
    """The site of *text*, with an application at ``/app`` that shows who looks at it."""
    in_folder(folder)
    (folder / "site.toml").write_text(f"{text}\n{sites}")
    async with open_site(folder / "site.toml", port=port, allow_errors=True) as site:
        yield site


@attrs.define(eq=False)
class Browser:
    """Keeps the cookies of *site* and goes where it is sent, on this site."""

    site: object
    cookies: dict = attrs.field(factory=dict)
    headers: dict = attrs.field(factory=dict)

    @property
    def sent(self):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Accept": "text/html", **self.headers, **({"Cookie": cookie} if cookie else {})}

    async def ask(self, method, target, body=b"", **headers):
        reply = await self.site.request(method, target, headers={**self.sent, **headers}, body=body)
        for field in reply.headers.get_list("set-cookie"):
            name, _, value = field.partition(";")[0].partition("=")
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        return reply

    async def get(self, target, **headers):
        return await self.ask("GET", target, **headers)

    async def post(self, target, **fields):
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.ask("POST", target, urlencode(fields).encode(), **kind)

    async def sign_in(self, name="alice", password=PASSWORD, wanted="/app", **more):
        form = (await self.get(f"/login?{urlencode({'next': wanted})}")).text
        fields = {"secret": secret_in(form), "next": next_in(form)}
        return await self.post("/login", name=name, password=password, **{**fields, **more})

    def open(self, target="/app"):
        return self.site.open(target, headers=self.sent)


def secret_in(form):
    return re.search(r'name="secret" value="([^"]+)"', form)[1]


def next_in(form):
    return re.search(r'name="next" value="([^"]+)"', form)[1].replace("&amp;", "&")


def where(reply):
    """The path that *reply* sends to, and its arguments."""
    parts = urlsplit(reply.headers["location"])
    return parts.path, parts.query
