"""Panel applications: what is done for them that plain Bokeh applications do not need.

`framework` is what the rest of the server sees; it is imported only for a site that has an
application made with Panel. `private` has every private name of Panel that we use, and looks
at the start whether they are what we think they are. Tornado, which Panel imports, never runs.
"""
