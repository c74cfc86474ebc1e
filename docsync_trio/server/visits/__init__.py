"""A request before anybody has decided on it: who asks, from where, by which way, for what.

Here a proxy's words are believed or not (`forwarded`), a request gets its number (`request_id`),
and is met and seen off (`reception`).
"""
