"""From the command lines of `bokeh serve` and `panel serve` to a site file.

This floor knows those commands' flags and the words of a site file, and nothing that runs:
neither Bokeh nor Panel is asked. `flags` is the table, which the documentation prints as well;
`command_line` reads what was typed, and `site_text` is what becomes of it.
"""
