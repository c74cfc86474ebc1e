"""The pages of Panel's documents, made by Panel, with our script in them."""

from typing import Any

from bokeh.document import Document
from bokeh.embed.bundle import Bundle
from bokeh.resources import Resources

from docsync_trio.applications.panel import private
from docsync_trio.applications.panel.private import set_curdoc


class PageResources(private.Resources):  # type: ignore[misc]
    """What a page has to load: what Panel says, and behind BokehJS *script*, a URL."""

    script: str = ""

    def clone(self, *, components: Any = None) -> Any:
        """Return the same once more; Panel changes that."""
        cloned = super().clone(components=components)
        cloned.__class__ = PageResources
        cloned.script = self.script
        return cloned

    @property
    def js_files(self) -> list[str]:
        """The scripts, in order."""
        return [*super().js_files, self.script]


class _Shown:
    """What Panel wants of a session to make its page."""

    def __init__(self, document: Document, token: str) -> None:
        self.document = document
        self.token = token


def page(document: Document, token: str, resources: Resources, script: str) -> str:
    """Return the page of *document*; raises what the application's template raises."""
    with set_curdoc(document):
        return private.html_page(
            _Shown(document, token),
            _resources(resources, script, absolute=False),
            document.title,
            token=token,
            template=document.template,
            template_variables=document.template_variables,
        )


def bundle(document: Document, resources: Resources, script: str) -> Bundle:
    """Return what a page that embeds *document* has to load."""
    with set_curdoc(document):
        made: Bundle = private.bundle_resources(
            document.roots, _resources(resources, script, absolute=True)
        )
    return made


def _resources(resources: Resources, script: str, *, absolute: bool) -> PageResources:
    made: PageResources = PageResources.from_bokeh(resources, absolute=absolute)
    made.script = script
    return made
