"""The keys for those who work on a site while it runs; see `schema`, of which it is a part."""

from typing import Annotated

import attrs

from docsync_trio.config.keys import key
from docsync_trio.config.scalars import Flag


@attrs.frozen(kw_only=True)
class ReloadSettings:
    """How changed files are taken over while the server runs: for development."""

    enabled: Annotated[bool, Flag()] = key(
        default=False,
        doc="Whether an application whose files have changed is exchanged for what they say now, "
        "while all others go on: what `docsync run --reload` switches on. An application that "
        "cannot be loaded then shows why, and does not keep the server from starting.",
    )
    keep_state: Annotated[bool, Flag()] = key(
        default=True,
        doc="Whether what people have set in widgets is put back into the document that is built "
        "anew after such a change, where it has the same widgets.",
    )
