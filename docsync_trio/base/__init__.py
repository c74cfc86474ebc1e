"""Floor 0: what every floor may use.

Errors sorted by whose fault they are (`errors`), times and sizes with units
(`durations`), all that can be observed (`events`), and which lines of a traceback are
the application author's (`author_frames`). It knows nothing of Bokeh, of sites or of
networks. Start with `errors`.
"""
