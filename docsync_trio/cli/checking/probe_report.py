"""What a probe has found, for people and for programs."""

import json
from collections.abc import Sequence
from typing import Final

import attrs

GOOD: Final = "good"
BAD: Final = "BAD"
UNKNOWN: Final = "unknown"


@attrs.frozen
class Finding:
    """One thing that was tried: the *verdict*, what was seen, and what to do about it."""

    check: str
    verdict: str
    says: str
    instead: str = ""


def failed(findings: Sequence[Finding]) -> bool:
    """Say whether a visitor would meet something that is wrong."""
    return any(finding.verdict == BAD for finding in findings)


def as_line(finding: Finding) -> str:
    """Return one line: verdict, what was tried, what was seen, what to do."""
    line = f"{finding.verdict:<7}  {finding.check:<10}  {finding.says}"
    if finding.verdict != BAD or not finding.instead:
        return line
    # What a server says may be a sentence, and end like one.
    return f"{line.rstrip('.')}; {finding.instead}"


def as_json(url: str, findings: Sequence[Finding]) -> str:
    """Return all findings as one JSON object, indented."""
    checks = [attrs.asdict(finding) for finding in findings]
    for one in checks:
        one["verdict"] = one["verdict"].lower()
    return json.dumps({"url": url, "good": not failed(findings), "checks": checks}, indent=2)
