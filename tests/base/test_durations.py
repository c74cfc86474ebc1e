import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.base.durations import (
    DURATION_PATTERN,
    OFF,
    SIZE_PATTERN,
    format_duration,
    format_size,
    parse_duration,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0.0),
        ("250ms", 0.25),
        ("15s", 15.0),
        ("5m", 300.0),
        ("1.5h", 5400.0),
        ("2d", 172800.0),
        ("off", OFF),
    ],
)
def test_a_duration_is_read_in_its_unit(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "15", "15 s", "-1s", "1e3s", ".5s", "5S", "1m30s", "٣s", "9" * 400 + "d", "Off"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="no time such as"):
        parse_duration(text)


@given(st.integers(0, 10**14).map(lambda n: n / 1000))
def test_a_written_duration_is_read_back(seconds):
    text = format_duration(seconds)
    assert parse_duration(text) == seconds
    assert re.search(DURATION_PATTERN, text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0s"), (0.1, "100ms"), (90.0, "90s"), (300, "5m"), (86400.0, "1d"), (OFF, "off")],
)
def test_a_duration_is_written_in_the_largest_unit_that_fits(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "size"),
    [("0B", 0), ("512B", 512), ("64kB", 64_000), ("1.5MB", 1_500_000), ("1.5GiB", 3 * 2**29)],
)
def test_a_size_is_read_in_its_unit(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "20", "20M", "20mb", "20 MB", "-1B", "1.5B", "0.0001kB"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match=r"no size such as|no whole number"):
        parse_size(text)


@given(st.integers(0, 10**14))
def test_a_written_size_is_read_back(size):
    text = format_size(size)
    assert parse_size(text) == size
    assert re.search(SIZE_PATTERN, text)


@pytest.mark.parametrize(
    ("size", "text"), [(20_000_000, "20MB"), (65536, "64KiB"), (1000, "1kB"), (1001, "1001B")]
)
def test_a_size_is_written_short(size, text):
    assert format_size(size) == text
