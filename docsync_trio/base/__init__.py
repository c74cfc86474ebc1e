"""Floor 0: what every floor may use.

Errors sorted by whose fault they are (`errors`), times and sizes with units
(`durations`), all that can be observed (`events`), which lines of a traceback are the
application author's (`author_frames`), and whose code is running when something is
logged (`log_owner`). It knows nothing of Bokeh, of sites or of networks. Start with
`errors`.
"""
