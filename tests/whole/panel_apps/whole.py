"""What takes a process of its own: components of React change Panel's classes when imported."""

import panel as pn
import panel_material_ui as pmui

pn.extension()
pn.config.profiler = "pyinstrument"
pn.config.reuse_sessions = True
lines = {}


def line(name, value="-"):
    lines[name] = pn.widgets.StaticText(name=name, value=str(value))
    return lines[name]


def tell(name, value):
    lines[name].value = str(value)


press = pmui.Button(label="press me")
press.on_click(lambda event: tell("react", f"pressed {press.clicks} times"))


def keep(event):
    with pn.state.block_expiration():
        tell("kept", pn.state.curdoc.session_context.session is not None)


kept = pn.widgets.Button(name="keep")
kept.on_click(keep)


@pn.cache
def slowly(number):
    pn.state.cache["computed"] = pn.state.cache.get("computed", 0) + 1
    return number * 2


pn.Column(
    press,
    kept,
    *(line(name) for name in ("react", "kept")),
    line("cookie", pn.state.cookies.get("taste")),
    line("language", pn.state.headers.get("Accept-Language", "-")[:2]),
    line("cached", (slowly(2), slowly(2), pn.state.cache["computed"])),
).servable(title="Whole")
