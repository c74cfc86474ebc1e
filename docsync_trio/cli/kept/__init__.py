"""What a start would work out anew each time, kept from the last one.

Libraries compile what they write, Python looks for a thousand modules and translates a hundred
patterns: at each start the same, and most of what a start takes. What came out stands in
`__pycache__` beside this package's own bytecode, under the same terms: where that can be written,
not if Python is told to write none (``-B``), of no use to another Python. Each thing is found by
all that it was made of, so nothing is stale; and all works as well where nothing is kept.

`quick_imports` is the door: the imports of `docsync run`, with all of it. `code` has the file
in which everything stands but modules, which `modules` has; the others know one thing each.

Nothing is imported here, and by `code` and `modules` only what Python has at hand.
"""
