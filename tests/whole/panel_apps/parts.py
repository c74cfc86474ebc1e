"""Components of one's own, files in both directions, notices."""

import io

import panel as pn
import param
from panel.custom import AnyWidgetComponent, JSComponent

pn.extension(notifications=True)


class Counter(JSComponent):
    value = param.Integer(default=0)

    _esm = """
    export function render({ model }) {
      const button = document.createElement("button")
      button.id = "counter"
      const show = () => { button.textContent = `counter ${model.value}` }
      button.addEventListener("click", () => { model.value += 1; model.send_msg("pressed") })
      model.on("value", show)
      model.on("msg:custom", (event) => { button.title = event })
      show()
      return button
    }"""

    def _handle_msg(self, message):
        said.value = f"it was {message} at {self.value}"
        self._send_msg("answered")


class Widget(AnyWidgetComponent):
    value = param.Integer(default=5)

    _esm = """
    function render({ model, el }) {
      const button = document.createElement("button")
      button.id = "widget"
      const show = () => { button.textContent = `widget ${model.get("value")}` }
      button.addEventListener("click", () => {
        model.set("value", model.get("value") + 1)
        model.save_changes()
      })
      model.on("change:value", show)
      show()
      el.appendChild(button)
    }
    export default { render };"""


said = pn.widgets.StaticText(name="said", value="-")
ours = {"counter": Counter, "widget": Widget}[pn.state.session_args["with"][0].decode()]()
chosen = pn.widgets.FileInput()
received = pn.widgets.StaticText(name="received", value="-")


def receive(event):
    received.value = f"{chosen.filename}, {len(event.new)} bytes, ends {event.new[-4:]!r}"


chosen.param.watch(receive, "value")
notify = pn.widgets.Button(name="notify me")
notify.on_click(lambda event: pn.state.notifications.success("it is saved"))
pn.Column(
    pn.Row(ours, pn.bind(lambda value: f"python has {value}", ours.param.value)),
    said,
    chosen,
    received,
    pn.widgets.FileDownload(
        callback=lambda: io.StringIO("the content"), filename="report.txt", label="fetch it"
    ),
    notify,
).servable()
