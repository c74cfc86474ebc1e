import panel as pn

pn.extension()

# What members write is kept for as long as the server runs.
notes = pn.state.cache.setdefault("notes", {})
own = notes.setdefault(pn.state.user, [])

written = pn.widgets.TextInput(placeholder="A note", name="New note")
shown = pn.pane.Markdown()


def show():
    shown.object = "\n".join(f"- {note}" for note in own) or "*No notes yet*"


def add(event):
    if event.new and event.new not in own:
        own.append(event.new)
        written.value = ""
        show()


written.param.watch(add, "value")
show()
pn.Column(
    f"# Notes of {pn.state.user}", shown, written, "[Keys](keys), [sign out](logout)"
).servable()
