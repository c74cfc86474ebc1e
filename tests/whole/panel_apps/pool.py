"""Callbacks in Panel's own pool of threads, while the page goes on."""

import threading

import panel as pn

pn.extension(nthreads=2)

where = pn.widgets.StaticText(name="where", value="-")
loaded = pn.widgets.StaticText(name="loaded", value="-")
quick = pn.widgets.StaticText(name="quick", value="-")
slow = pn.widgets.Button(name="slow")
fast = pn.widgets.Button(name="fast")
main = threading.get_ident()
other_pressed = threading.Event()


def slowly(event):
    with pn.io.hold():
        where.value = f"begun elsewhere: {threading.get_ident() != main}"
    other_pressed.wait(60)
    where.value = "done"


def quickly(event):
    quick.value = f"{fast.clicks} while {where.value}"
    other_pressed.set()


slow.on_click(slowly)
fast.on_click(quickly)
pn.state.onload(lambda: setattr(loaded, "value", "loaded"), threaded=True)
pn.Column(slow, fast, where, quick, loaded).servable()
