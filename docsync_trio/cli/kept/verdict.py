"""What the self-test of the faster models has come to, once per installation."""

import sys

import numpy as np

from docsync_trio.cli.kept.code import KeptCode, digest
from docsync_trio.cli.kept.stamps import stamp
from docsync_trio.documents.speedups import switch

_PACKAGES = ("bokeh", "docsync_trio.documents.speedups")


def recall_self_test(code: KeptCode) -> None:
    """Spare `switch.speed_up` its test, if it has passed with the very same files.

    Otherwise the test is made here, and *code* remembers if it has passed.
    """
    key = digest("self-test", np.__version__, stamp(*_PACKAGES), switch.fingerprint())
    if code.find(key):
        switch.trust()
    elif not sys.dont_write_bytecode:
        passed = not switch.speed_up().reason
        switch.slow_down()
        if passed:
            code.add(key, "passed")
            switch.trust()
