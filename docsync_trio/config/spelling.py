"""Values in TOML's spelling, on one line.

The reference page, the template and `docsync config show` write values as they would
stand in a site file, so that they can be copied there.
"""

import json
import re
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: Any) -> str:
    """Return *value*, of the types that tomli returns, as TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case dict():
            inside = ", ".join(f"{toml_key(k)} = {toml_value(v)}" for k, v in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list():
            return f"[{', '.join(toml_value(item) for item in value)}]"
        case int() | float():
            return repr(value)
        case _:
            return str(value.isoformat())


def toml_key(name: str) -> str:
    """Return *name* as a key, quoted where it must be."""
    return name if _BARE.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    # JSON's escapes are TOML's too; only DEL is allowed by the one and not by the other.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
