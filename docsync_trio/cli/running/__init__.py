"""What `docsync run` does between a site that is loaded and the end of its process.

`serving` is the whole of it, in its order. The others are what a process has to do with those
who run it: saying where it can be reached (`announcing`), hearing keys (`keyboard`) and signals
(`stop_signals`, `hangups`), ending in time (`last_exit`).
"""
