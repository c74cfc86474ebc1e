"""Imports what takes long to import, before anybody waits for a page."""

import altair as alt
import holoviews as hv
import plotly.graph_objects

IMPORTED = (alt, hv, plotly)


def on_server_loaded(server_context):
    """All has been done when this module was imported."""
