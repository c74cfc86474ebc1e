"""What an application made with Panel says to its page, in all the ways there are."""

import asyncio
import threading
import time
from pathlib import Path

import panel as pn
from panel.io import hold, unlocked

pn.extension()
document = pn.state.curdoc
told = {}


def line(name, value="-"):
    told[name] = pn.widgets.StaticText(name=name, value=str(value))
    return told[name]


def tell(name, value):
    told[name].value = str(value)


def button(name, on_click):
    pressed = pn.widgets.Button(name=name)
    pressed.on_click(on_click)
    return pressed


level = pn.widgets.IntSlider(name="level", value=1, end=10)
more = pn.Column()


def plain(value):
    return f"plain {value}"


async def later(value):
    await asyncio.sleep(0.01)
    return f"later {value}"


async def counting(value):
    for step in range(3):
        yield f"counting {value}.{step}"
        await asyncio.sleep(0.02)


@pn.depends(level)
def depending(value):
    return f"depending {value}"


def click(event):
    tell("click", (event.obj.clicks, pn.state.curdoc is document, pn.state.busy))


async def async_click(event):
    await asyncio.sleep(0.01)
    tell("async click", (event.obj.clicks, pn.state.curdoc is document))
    more.append(pn.pane.Markdown(f"added {event.obj.clicks}"))


def held_click(event):
    with hold():
        for step in range(5):
            tell("held", step)
        more.append(pn.widgets.TextInput(name="new", value="field"))


async def unlocked_click(event):
    for step in range(4):
        await asyncio.sleep(0.02)
        with unlocked():
            tell("unlocked", step)


@pn.io.with_lock
async def locked_click(event):
    tell("locked", "begun")
    await asyncio.sleep(0.02)
    tell("locked", "done")


def executing_click(event):
    pn.state.execute(lambda: tell("executed", "plain"))

    async def soon():
        await asyncio.sleep(0.01)
        tell("executed", "plain, async")

    pn.state.execute(soon)


def named_in_address(name):
    return pn.state.session_args[name][0].decode()


def slow_click(event):
    event.obj.loading = True
    tell("slow", "begun")
    # Until the file is there that the address names.
    while "until" in pn.state.session_args and not Path(named_in_address("until")).exists():
        time.sleep(0.01)
    tell("slow", "done")
    event.obj.loading = False


def thread_click(event):
    threading.Thread(target=lambda: tell("thread", "done")).start()


ticks = {"tick": 0, "async tick": 0}


def tick():
    ticks["tick"] += 1
    tell("tick", ticks["tick"])


async def async_tick():
    await asyncio.sleep(0)
    ticks["async tick"] += 1
    tell("async tick", ticks["async tick"])


pn.state.add_periodic_callback(tick, period=50, count=3)
pn.state.add_periodic_callback(async_tick, period=50, count=3)
pn.state.onload(lambda: tell("loaded", "plain"))


async def on_load():
    await asyncio.sleep(0.01)
    tell("loaded later", "async")


pn.state.onload(on_load)
cache = pn.state.cache


def on_destroyed(context, cache=cache):
    # The names of this file are gone by then, as they are with `panel serve`.
    cache["ended"] = cache.get("ended", 0) + 1


pn.state.on_session_destroyed(on_destroyed)
cache["begun"] = cache.get("begun", 0) + 1
with pn.state.block_expiration():
    pass
pn.state.kill_all_servers()
pn.state.location.sync(level, {"value": "level"})

pn.Column(
    level,
    pn.Row(pn.bind(plain, level), pn.bind(later, level), pn.bind(counting, level), depending),
    pn.FlexBox(
        button("click me", click),
        button("async me", async_click),
        button("hold me", held_click),
        button("unlock me", unlocked_click),
        button("lock me", locked_click),
        button("execute me", executing_click),
        button("slow me", slow_click),
        button("thread me", thread_click),
    ),
    pn.Row(
        pn.Column(*(line(name) for name in ("click", "async click", "held", "unlocked", "locked"))),
        pn.Column(*(line(name) for name in ("executed", "slow", "thread", "tick", "async tick"))),
        pn.Column(
            line("loaded"),
            line("loaded later"),
            line("arguments", pn.state.session_args),
            line("cookies", dict(pn.state.cookies)),
            line("agent", "Chrome" in pn.state.headers["user-agent"]),
            line("user", (pn.state.user, pn.state.user_info)),
            line("place", (pn.state.base_url, pn.state.rel_path, pn.state.app_url)),
            line("location", (pn.state.location.pathname, pn.state.location.search)),
            line("served", pn.state.served),
            line("route", pn.state.route_params),
            line("sessions", (cache["begun"], cache.get("ended", 0))),
        ),
    ),
    more,
).servable(title="State of things")
