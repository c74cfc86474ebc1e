"""Draw what ours is as a share of each peer's server CPU: NUMBERS.json FOLDER.

Runs in an environment of its own, with matplotlib.
"""

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

OURS = "ours-3.11"
COLORS = plt.get_cmap("tab10").colors


def main(numbers: Path, folder: Path) -> None:
    """Write `plot.svg` into *folder*."""
    lines = [row for row in json.loads(numbers.read_text())["rows"] if drawn(row)]
    names = sorted({name for row in lines for name in row["numbers"]} - {OURS})
    figure, axes = plt.subplots(figsize=(9, 1 + 0.42 * len(lines)))
    for place, name in enumerate(names):
        points = [
            (row["numbers"][OURS] / row["numbers"][name], height)
            for height, row in enumerate(lines)
            if row["numbers"].get(name)
        ]
        marker = "D" if name.startswith("ours") else "o"
        axes.scatter(*zip(*points, strict=True), label=name, color=COLORS[place], marker=marker)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks(range(len(lines)), [row["row"] for row in lines])
    axes.invert_yaxis()
    axes.grid(axis="x", which="both", alpha=0.3)
    axes.set_xlabel(f"{OURS} as a multiple of each; left of 1 is better")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(folder / "plot.svg", bbox_inches="tight", metadata={"Date": None})


def drawn(row: dict) -> bool:
    """Whether *row* is drawn: the server's CPU, and what has no such figure."""
    wanted = row["figure"] in {"server CPU", "memory each", "a bystander's longest wait"}
    ours = row["numbers"].get(OURS)
    return wanted and ours is not None and ours > 0


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
