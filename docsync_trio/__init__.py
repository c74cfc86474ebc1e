"""Serve Bokeh applications with structured concurrency."""
