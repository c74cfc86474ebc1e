"""How fast we are, side by side with our peers.

Every row does one thing to every server in turn, A B C A B C, because a machine's speed
changes while one measures; compared are the servers of one run, never figures of two days.
The load comes from this process, which speaks the wire protocol itself and has a processor
of its own; each server has the other. What a server spends is read from the kernel's clock
of its processes, to the nanosecond.

Start reading at `__main__`, then `rows`; `docs/benchmarks.md` says how to run and read it.
"""
