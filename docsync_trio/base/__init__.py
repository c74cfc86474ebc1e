"""Floor 0: what every floor may use.

Errors sorted by whose fault they are (`errors`), times and sizes with units
(`durations`), and all that can be observed (`events`). It knows nothing of Bokeh,
of sites or of networks. Start with `errors`.
"""
