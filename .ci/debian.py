"""Installing packages of the distribution, where that is possible."""

import os
import shutil
import subprocess


def install(*packages: str) -> bool:
    """Install Debian's *packages*; False where that is not possible here."""
    apt = shutil.which("apt-get")
    if apt is None:
        return False
    asks_for_root = [] if os.geteuid() == 0 else ["sudo"]
    if asks_for_root and shutil.which("sudo") is None:
        return False
    # At this run level no service is started because its package is installed.
    environment = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"]
    command = [*asks_for_root, *environment, apt, "-y", "-q"]
    # A list of packages that is out of date names files which the mirrors no longer have.
    # One mirror that does not answer makes this fail and need not stop the installation.
    subprocess.run([*command, "update"], check=False)
    wait = "DPkg::Lock::Timeout=120"
    wanted = ["install", "-o", wait, "--no-install-recommends", *packages]
    return subprocess.run([*command, *wanted], check=False).returncode == 0
