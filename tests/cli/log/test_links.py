"""Places in files, as terminals open them."""

from docsync_trio.cli.log.console import console_text
from docsync_trio.cli.log.links import with_links

HERE = "\x1b]8;;file:///srv/my%20apps/s.py#14\x1b\\"
END = "\x1b]8;;\x1b\\"
ERROR = {
    "timestamp": "12:00:00",
    "level": "error",
    "event": "update raised ValueError: no at /srv/apps/s.py:14 (incident x)",
    "exception": '  File "/srv/my apps/s.py", line 14, in update\nValueError: no',
}


def test_a_line_of_a_traceback_is_a_link_to_its_file():
    text = with_links('  File "/srv/my apps/s.py", line 14, in update')
    assert text == f'  {HERE}File "/srv/my apps/s.py", line 14{END}, in update'


def test_the_place_that_a_sentence_ends_with_is_one_too():
    assert with_links("no at /srv/s.py:14 (incident x)") == (
        f"no at \x1b]8;;file:///srv/s.py#14\x1b\\/srv/s.py:14{END} (incident x)"
    )


def test_a_terminal_gets_links_and_nobody_else():
    assert console_text(ERROR, colour=True).count("\x1b]8;;file://") == 2
    assert "\x1b" not in console_text(ERROR, colour=False)


def test_what_a_visitor_sent_becomes_no_link():
    entry = {"level": "warning", "event": "refused 10.0.0.1 /a at /etc/passwd:1: 404"}
    assert "]8;;" not in console_text(entry, colour=True)


def test_no_escape_of_an_authors_text_reaches_the_terminal():
    entry = ERROR | {"exception": '  File "/a\x1b]8;;http://x\x1b\\.py", line 1, in f'}
    assert "\\x1b]8;;http://x" in console_text(entry, colour=True)
