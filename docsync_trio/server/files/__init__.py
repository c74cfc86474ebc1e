"""Files that are sent as they are: read once, compressed once, never from outside their folder."""
