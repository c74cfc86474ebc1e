import textwrap

import attrs
import pytest

from docsync_trio.base.errors import ConfigError
from docsync_trio.config.load import LoadedSite, load_site

APPLICATION = """
[[applications]]
path = "/app"
handlers = [{ file = "app.py" }]
"""


@attrs.frozen
class Folder:
    """A folder with ``app.py``, ``site.toml`` and what a test puts beside them."""

    path: object

    def write(self, text, *, application=True):
        text = textwrap.dedent(text) + (APPLICATION if application else "")
        (self.path / "site.toml").write_text(text, encoding="utf-8")

    def load(self, text, *, application=True, environ=None, **how) -> LoadedSite:
        self.write(text, application=application)
        return load_site(self.path / "site.toml", environ=environ or {}, **how)

    def wrong(self, text, **how):
        """Return the lines of what is wrong, with the folder's own path taken out."""
        with pytest.raises(ConfigError) as caught:
            self.load(text, **how)
        return [line.replace(f"{self.path}/", "") for line in caught.value.lines]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "app.py").touch()
    return Folder(tmp_path)
