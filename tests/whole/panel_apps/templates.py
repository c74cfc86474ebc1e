"""One application, in the template that the visitor asks for."""

import panel as pn

WANTED = pn.state.session_args.get("t", [b"fast"])[0].decode()
OWN = """
{% extends base %}
{% block contents %}
<h2 id="own">A template of one's own, {{ who }}</h2>
{{ embed(roots.chosen) }}
{% endblock %}
"""
TEMPLATES = {
    "fast": pn.template.FastListTemplate,
    "material": pn.template.MaterialTemplate,
    "bootstrap": pn.template.BootstrapTemplate,
}

pn.extension(notifications=True)
level = pn.widgets.IntSlider(name="level", value=1, end=9)
shown = pn.bind(lambda value: f"level {value}", level)
greet = pn.widgets.Button(name="greet")
greet.on_click(lambda event: pn.state.notifications.info("hello there"))

if WANTED == "own":
    page = pn.Template(OWN)
    page.add_variable("who", "reader")
    page.add_panel("chosen", pn.Column(level, shown, greet))
else:
    page = TEMPLATES[WANTED](title=f"In {WANTED}", sidebar=[level], main=[pn.Card(shown, greet)])
page.servable()
