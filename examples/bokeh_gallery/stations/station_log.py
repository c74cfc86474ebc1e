"""What the hooks saw; one list for the server, as it is imported once."""

log = []
