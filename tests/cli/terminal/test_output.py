import contextlib
import io
import os
import subprocess
import sys

import pytest

from docsync_trio.cli.log.writer import LineWriter
from docsync_trio.cli.terminal.output import lasting_output, put_line


def pipe_without_reader():
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w")


def test_a_reader_that_has_gone_is_no_error():
    stream = pipe_without_reader()

    put_line(stream, "one")
    put_line(stream, "two")
    with contextlib.suppress(BrokenPipeError):
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


@pytest.mark.parametrize("amount", [1, 100_000])
def test_a_process_whose_reader_has_gone_goes_on_and_ends_with_its_own_status(amount):
    program = f"""
import sys
from docsync_trio.cli.terminal.output import lasting_output, say
with lasting_output():
    say("a" * {amount})
    for _ in range(3):
        print("b" * {amount})
        print("c" * {amount}, file=sys.stderr)
    say("d")
sys.exit(7)
"""
    reader, writer = os.pipe()
    os.close(reader)

    ended = subprocess.run(
        [sys.executable, "-c", program], stdout=writer, stderr=writer, check=False
    )
    os.close(writer)

    assert ended.returncode == 7


def test_lasting_output_is_ordinary_output_while_somebody_reads():
    program = """
import sys
from docsync_trio.cli.terminal.output import lasting_output
with lasting_output():
    print("one")
    print("two", file=sys.stderr)
print("three")
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert (ended.stdout, ended.stderr) == ("one\nthree\n", "two\n")


def test_lasting_output_is_not_kept_back_where_that_is_asked_for():
    program = """
import os
from docsync_trio.cli.terminal.output import lasting_output
with lasting_output():
    print("one")
    os._exit(0)
"""
    ended = subprocess.run(
        [sys.executable, "-u", "-c", program], capture_output=True, text=True, check=True
    )

    assert ended.stdout == "one\n"


def test_output_that_is_no_file_stays_what_it_is(capsys):
    with lasting_output():
        sys.stdout.write("hello\n")

    assert capsys.readouterr().out == "hello\n"


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
