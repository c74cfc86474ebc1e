"""Callbacks in Panel's own pool of threads, while the page goes on."""

import threading
import time

import panel as pn

pn.extension(nthreads=2)

where = pn.widgets.StaticText(name="where", value="-")
loaded = pn.widgets.StaticText(name="loaded", value="-")
quick = pn.widgets.StaticText(name="quick", value="-")
slow = pn.widgets.Button(name="slow")
fast = pn.widgets.Button(name="fast")
main = threading.get_ident()


def slowly(event):
    with pn.io.hold():
        where.value = f"begun elsewhere: {threading.get_ident() != main}"
    time.sleep(1)
    where.value = "done"


slow.on_click(slowly)
fast.on_click(lambda event: setattr(quick, "value", f"{fast.clicks} while {where.value}"))
pn.state.onload(lambda: setattr(loaded, "value", "loaded"), threaded=True)
pn.Column(slow, fast, where, quick, loaded).servable()
