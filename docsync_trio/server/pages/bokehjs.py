"""Which files of BokehJS a page loads, and where from.

Bokeh looks through all its models to find this out, which takes longer than all the
rest of a page; the answer changes only when somebody defines another model.
"""

from pathlib import Path
from urllib.parse import urljoin

import attrs
from bokeh.core.has_props import HasProps
from bokeh.embed.bundle import Bundle, bundle_for_objs_and_resources
from bokeh.resources import Resources
from bokeh.settings import settings

from docsync_trio.server.files.static_files import version_of


@attrs.define(eq=False)
class BokehJS:
    """The client side of Bokeh, as this site serves it.

    *root* is the folder with its files. ``BOKEH_RESOURCES`` in the environment makes
    pages load them from elsewhere, as it does for Bokeh's own server.
    """

    root: Path = attrs.field(factory=lambda: Path(settings.bokehjs_path()))
    _models: tuple[type[HasProps], ...] = attrs.field(default=(), init=False)
    _bundles: dict[str, Bundle] = attrs.field(factory=dict, init=False)

    def bundle(self, root_url: str) -> Bundle:
        """Return what a page must load; *root_url* is the URL the site's own are below."""
        models = tuple(HasProps.model_class_reverse_map.values())
        if models != self._models:
            self._models = models
            self._bundles.clear()
        if root_url not in self._bundles:
            # Embedded pages say themselves what they call us: there may be many names.
            if len(self._bundles) >= _MOST_BUNDLES:
                self._bundles.clear()
            self._bundles[root_url] = bundle_for_objs_and_resources(None, self.resources(root_url))
        return self._bundles[root_url]

    def resources(self, root_url: str) -> Resources:
        """Return where BokehJS itself is; *root_url* is as for `bundle`."""
        mode = settings.resources(default="server")
        if mode not in ("server", "server-dev"):
            return Resources(mode=mode)
        return Resources(mode=mode, root_url=root_url, path_versioner=self._versioned)

    def _versioned(self, path: str) -> str:
        if settings.dev:
            return path
        try:
            return f"{path}?v={version_of(self.root / path)}"
        except OSError:
            return path


_MOST_BUNDLES = 50


def root_url(prefix: str, root_path: str, server: str = "") -> str:
    """Return the URL that ``static/`` is below, as a visitor's browser has to ask for it.

    *server* is ``scheme://host`` for a page that comes from another server.
    """
    return urljoin(server or "/", f"{root_path}{prefix}/")
