import io
import os
import subprocess
import sys

from docsync_trio.cli.line_writer import LineWriter
from docsync_trio.cli.output import put_line


def pipe_without_reader():
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w")


def test_a_reader_that_has_gone_is_no_error():
    stream = pipe_without_reader()

    put_line(stream, "one")
    put_line(stream, "two")
    stream.close()


def test_a_closed_stream_and_none_at_all_are_no_error():
    stream = io.StringIO()
    stream.close()

    put_line(stream, "x")
    put_line(None, "x")


def test_what_a_stream_cannot_encode_is_escaped():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")

    put_line(stream, "wärme")

    assert raw.getvalue() == b"w\\xe4rme\n"


def test_a_process_whose_reader_has_gone_still_ends_with_its_own_status():
    program = "from docsync_trio.cli.output import say\nsay('x' * 10)\nsay('y')"
    reader, writer = os.pipe()
    os.close(reader)

    ended = subprocess.run(
        [sys.executable, "-c", program], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)

    assert (ended.returncode, ended.stderr) == (0, b"")


def test_lines_are_written_in_order_before_closing_returns():
    stream = io.StringIO()
    writer = LineWriter(stream)

    for number in range(100):
        writer.write(str(number))
    writer.close()

    assert stream.getvalue().split() == [str(number) for number in range(100)]


def test_a_reader_that_does_not_read_costs_lines_and_not_time():
    reader, end = os.pipe()
    stream = os.fdopen(end, "w")
    writer = LineWriter(stream, waiting=4)

    for number in range(20):
        writer.write(f"{number} {'x' * 200_000}")
    writer.close(patience=0)

    with os.fdopen(reader) as lines:
        assert any("were lost" in line for line in lines)
    stream.close()
