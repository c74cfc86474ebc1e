"""Code of an author's, without a file, and the errors that it raises."""

import textwrap
import types


def module(source, file="/srv/apps/sliders.py", name="sliders", **names):
    """Run *source* as a module of that *file*, the way an application runs."""
    made = types.ModuleType(name)
    vars(made).update(names)
    exec(compile(textwrap.dedent(source), file, "exec"), vars(made))
    return made


def raised_by(function, *args):
    """What ``function(*args)`` raises, from its own frame on."""
    try:
        function(*args)
    except BaseException as error:  # noqa: BLE001
        return error.with_traceback(error.__traceback__.tb_next)
    raise AssertionError("nothing was raised")
