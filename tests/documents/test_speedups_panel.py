"""Panel's models are Bokeh's, too: made faster they say what they said before."""

import os
import re
import subprocess
import sys
from pathlib import Path

PLAY = Path(__file__).with_name("panel_play.py")


def said(how):
    command = [sys.executable, "-W", "ignore", str(PLAY), how]
    # Sets would be written in another order each time.
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    answer = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, timeout=100, env=env
    )
    text = re.sub(
        r"0x[0-9a-f]+|\b\d{12,}\b|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}", "#", answer.stdout
    )
    numbers = {}
    return re.sub(
        r"\bp\d{4,}\b", lambda match: f"p{numbers.setdefault(match[0], len(numbers))}", text
    )


def test_documents_with_panels_models_are_the_same_as_with_stock_bokeh():
    stock, faster = said("stock"), said("faster")

    assert len(stock) > 50_000
    assert faster == stock
