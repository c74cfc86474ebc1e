"""Leads `demo.toml` to a function outside this folder, where its names are looked up."""

import runpy
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "darts" / "darts.py"
modify_doc = runpy.run_path(str(EXAMPLE))["modify_doc"]
