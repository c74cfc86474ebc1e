"""`bokeh serve` whose connections do not wait for 40 ms with their small packets.

Tornado leaves Nagle's algorithm on for websockets, and Bokeh sends a message as several
packets. This tells Bokeh's own work from that wait.
"""

from bokeh.command.bootstrap import main
from bokeh.server.views.ws import WSHandler

plain_open = WSHandler.open


def open_without_delay(self, *args, **kwargs):
    """Switch Nagle's algorithm off for this connection."""
    self.set_nodelay(True)
    return plain_open(self, *args, **kwargs)


WSHandler.open = open_without_delay

if __name__ == "__main__":
    import sys

    main(["bokeh", *sys.argv[1:]])
