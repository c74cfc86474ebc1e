"""Our server as it was in another revision, to tell what one change has done."""

import io
import subprocess
import tarfile
from pathlib import Path

import attrs

from benchmarks.peers import ROOT, Peer
from benchmarks.servers import Installed
from benchmarks.sites import HERE

TREES = HERE / ".trees"


def _git(*words: str) -> bytes:
    done = subprocess.run(("git", "-C", str(ROOT), *words), capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode().strip())
    return done.stdout


def exported(revision: str) -> Path:
    """Return a folder with the package as it is in *revision*."""
    commit = _git("rev-parse", "--verify", "--short", f"{revision}^{{commit}}").decode().strip()
    folder = TREES / commit
    if not folder.is_dir():
        packed = _git("archive", commit, "docsync_trio")
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
    return folder


def at_revision(installed: Installed, revision: str) -> Installed:
    """Return the same server of ours as of *revision*, run with the same dependencies."""
    folder = exported(revision)
    peer: Peer = installed.peer
    name = peer.name.replace("ours", folder.name, 1)
    return attrs.evolve(
        installed,
        peer=attrs.evolve(peer, name=name, says=f"{peer.says}, as of {revision}"),
        # Comes before the working tree, which is installed as editable.
        variables={"PYTHONPATH": str(folder)},
    )
