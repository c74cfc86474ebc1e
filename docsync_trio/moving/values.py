"""What the values of flags mean, and which they do not take."""

from collections.abc import Iterable


class BadValueError(ValueError):
    """A value that the flag does not take; says what it does."""


def whole(text: str) -> int:
    """Return the number that *text* is; raises `BadValueError`."""
    try:
        return int(text)
    except ValueError:
        raise BadValueError(f"expected a whole number, not {text!r}") from None


def milliseconds(text: str) -> str:
    """Return so many milliseconds as a duration of a site file."""
    number = whole(text)
    return f"{number}ms" if number % 1000 else f"{number // 1000}s"


def pairs(values: Iterable[str]) -> dict[str, str]:
    """Return what ``KEY=VALUE`` say; raises `BadValueError`."""
    found = {}
    for value in values:
        key, equals, rest = value.partition("=")
        if not equals:
            raise BadValueError(f"expected KEY=VALUE, not {value!r}")
        found[key.strip("/")] = rest
    return found
