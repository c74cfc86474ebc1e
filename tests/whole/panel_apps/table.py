"""A table of a thousand rows, of which a page at a time is in the browser, and a chat."""

import asyncio

import pandas as pd
import panel as pn

pn.extension("tabulator")

rows = pd.DataFrame({"number": range(1000), "name": [f"row {i}" for i in range(1000)]})
table = pn.widgets.Tabulator(
    rows, pagination="remote", page_size=6, show_index=False, width=400, height=280
)
edited = pn.widgets.StaticText(name="edited", value="-")


def on_edit(event):
    edited.value = f"{event.column} of {event.row}: {event.old} is {event.value}"


table.on_edit(on_edit)
stream = pn.widgets.Button(name="stream")
stream.on_click(lambda event: table.stream({"number": [1000], "name": ["the last"]}))


async def answer(contents, user, instance):
    words = []
    for word in ("you", "said", contents):
        words.append(word)
        await asyncio.sleep(0.02)
        yield " ".join(words)


chat = pn.chat.ChatInterface(callback=answer, height=320, width=500)
pn.Row(pn.Column(table, edited, stream), chat).servable()
