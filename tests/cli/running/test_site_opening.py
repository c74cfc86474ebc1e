"""How the site of `docsync run` is opened."""

import subprocess
import sys


def test_who_does_not_reload_imports_nothing_of_it():
    program = """
import sys
import docsync_trio.cli.running.serving, docsync_trio.cli.running.site_opening
ours = [name for name in sys.modules if name.startswith("docsync_trio.reload")]
sys.exit(str([*ours, "watchfiles"]) if ours or "watchfiles" in sys.modules else 0)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
