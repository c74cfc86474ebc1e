"""Bokeh's models, faster: facts of a class are worked out once, not for every model.

Start with `switch`, which puts the replacements into Bokeh and takes them out again;
`class_facts` says what is remembered; `values`, `serializing` and `graph` hold one
replacement per cost, each with its reason; `own_text` knows what Bokeh's functions have
to look like; `self_test` compares documents with and without.
"""
