"""One thing that a comparison of a proxy's file with a site finds."""

import attrs


@attrs.frozen
class Finding:
    """One sentence, for the line *place*; *breaks* says that it is more than an advice."""

    place: str
    text: str
    breaks: bool = True

    def __str__(self) -> str:
        """Return the line for people."""
        return f"{self.place}: {'' if self.breaks else 'advice: '}{self.text}"
