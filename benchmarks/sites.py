"""What a server is started with: the applications, and how long their sessions live."""

from pathlib import Path
from typing import Literal

import attrs

HERE = Path(__file__).parent
APPS = HERE / "apps"

Kind = Literal["bokeh", "panel"]


@attrs.frozen
class Site:
    """*lifetime* of sessions that nobody uses and *check* between looks at them, in ms.

    A server without a period of looks has no use for the second. *kind* says which library
    the applications need.
    """

    apps: tuple[str, ...]
    lifetime: int
    check: int
    kind: Kind = "bokeh"

    def files(self) -> list[Path]:
        """Return the files of the applications."""
        return [APPS / f"{name}.py" for name in self.apps]


_MINUTES = 600_000

SITES = {
    # Nothing expires while other things are measured.
    "kept": Site(("small", "many_changes", "streaming"), _MINUTES, check=_MINUTES),
    # Apart, because a collection of garbage has to look at all that is kept.
    "large": Site(("small", "among_many", "big"), _MINUTES, check=_MINUTES),
    "one": Site(("small",), _MINUTES, check=_MINUTES),
    "brief": Site(("small",), lifetime=500, check=250),
    "ending": Site(("small",), lifetime=2000, check=1000),
    "panel": Site(("panel_sliders",), _MINUTES, check=_MINUTES, kind="panel"),
}
