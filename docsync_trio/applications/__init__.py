"""Floor 2: recipes that fill a document.

It knows how an application is found, compiled and run: handlers (a file, a function,
a saved document, a directory, a notebook, any handler of Bokeh's), hooks, metadata,
and for which kind of `async` it was written. It refuses to know sessions, clocks,
networks, and how a document is sent to anybody.

Start with `handler` (what every handler does) and `application` (handlers together);
`script` is how code runs, `load` is how settings become an application.
"""
