from docsync_trio.cli.log.console import console_text

ENTRY = {
    "timestamp": "21:03:11",
    "level": "info",
    "event": "session opened",
    "application": "/sliders",
    "session": "4f3a2b1c9d8e7f",
    "logger": "docsync_trio",
}


def test_a_line_has_time_level_application_and_a_short_session():
    text = console_text(ENTRY, colour=False)

    assert text == "21:03:11 info    /sliders 4f3a2b1c  session opened"


def test_without_an_application_the_logger_is_named():
    text = console_text(
        {"timestamp": "t", "level": "warning", "event": "e", "logger": "bokeh.x"}, colour=False
    )

    assert text == "t warning bokeh.x  e"


def test_a_stack_is_shown_like_a_traceback():
    assert console_text(ENTRY | {"stack": "one\ntwo\n"}, colour=False).endswith(
        "\n    one\n    two"
    )


def test_our_own_lines_need_no_logger():
    entry = {"timestamp": "t", "level": "info", "event": "stopping", "logger": "docsync_trio"}

    assert console_text(entry, colour=False) == "t info    stopping"


def test_a_traceback_and_a_hint_follow_indented():
    entry = ENTRY | {"exception": "line one\nline two", "hint": "set it"}

    lines = console_text(entry, colour=False).splitlines()

    assert lines[1:] == ["    line one", "    line two", "    hint: set it"]


def test_a_peer_can_neither_forge_a_line_nor_steer_the_terminal():
    entry = ENTRY | {
        "event": "path /\n21:03:12 info all is well \x1b[2J",
        "exception": "a\x1b]0;x\x07",
    }

    text = console_text(entry, colour=False)

    assert "\x1b" not in text
    assert "\x07" not in text
    assert text.splitlines()[1] == r"    21:03:12 info all is well \x1b[2J"


def test_further_lines_of_a_message_are_indented():
    text = console_text(ENTRY | {"event": "one\n  two\n"}, colour=False)

    assert text.endswith("  one\n      two")


def test_colour_is_only_the_levels():
    assert "\x1b[32minfo   \x1b[0m" in console_text(ENTRY, colour=True)
    assert "\x1b" not in console_text(ENTRY, colour=False)
