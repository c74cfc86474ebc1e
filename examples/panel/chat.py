"""A chat: an `async` generator answers word by word, for everybody at the same time."""

import asyncio
from collections.abc import AsyncIterator

import panel as pn
from production import CAPACITY, production

pn.extension(design="material")

HELP = f"I know the wind farms {', '.join(CAPACITY)}. Ask me about one, or which was the best."


def answer_to(question: str) -> str:
    """Return an answer in Markdown."""
    year = production()
    asked = [farm for farm in CAPACITY if farm.lower() in question.lower()]
    if "best" in question.lower():
        factors = year.groupby("farm").factor.mean()
        return f"**{factors.idxmax()}**, with a capacity factor of {factors.max():.0%}."
    if not asked:
        return HELP
    rows = ["| farm | capacity | energy in 2025 |", "|---|---|---|"]
    for farm in asked:
        energy = year[year.farm == farm].energy.sum() / 1000
        rows.append(f"| {farm} | {CAPACITY[farm]} MW | {energy:,.0f} GWh |")
    return "\n".join(rows)


async def reply(question: str, _user: str, _chat: object) -> AsyncIterator[str]:
    """Say more and more of the answer."""
    said = ""
    for word in answer_to(question).split(" "):
        said += f"{word} "
        yield said
        await asyncio.sleep(0.05)


chat = pn.chat.ChatInterface(
    callback=reply,
    callback_user="Control room",
    callback_exception="verbose",
    show_rerun=False,
    sizing_mode="stretch_both",
)
chat.send(HELP, user="Control room", respond=False)
chat.servable(title="Ask the control room")
