"""Check the Dockerfile and the Kubernetes manifests in configs/ with what their users check with.

hadolint reads Dockerfiles, kubernetes-validate has the schemas of Kubernetes' own API.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BESIDE = Path(sys.executable).parent


def main() -> None:
    """Run both; exit with their status."""
    checks = [
        [BESIDE / "hadolint", *ROOT.glob("configs/docker/Dockerfile")],
        [BESIDE / "kubernetes-validate", "--strict", *ROOT.glob("configs/kubernetes/*.yaml")],
    ]
    sys.exit(max(subprocess.run(check, check=False).returncode for check in checks))


if __name__ == "__main__":
    main()
