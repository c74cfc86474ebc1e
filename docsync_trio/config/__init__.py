"""Floor 1: from a site file to settings.

This floor knows how a site is written down: which keys there are, what each means,
where a value came from and everything that is wrong with it. It refuses to know
what the settings are used for: it imports neither Bokeh nor Trio, runs no
application code, and opens nothing but the files that a site names.

Start with `schema`: its classes are type, constraint, default and documentation at
once. `kind` and its children (`scalars`, `lists`, `places`, `bind`, `names`) say how one
value is written; `keys` shows the schema as a list of keys. `load` is the way in: it
reads the text (`locate` finds positions), lays the sources over each other (`layers`,
`overrides`), builds the classes (`structure`) and looks at what only the whole shows
(`checks`); `origins` turns what is wrong into lines. Everything that people read about
keys is generated (`describe`, `json_schema`, `show`).
"""
