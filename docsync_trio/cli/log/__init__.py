"""The log: what the server observes and what programs say of themselves, as lines.

`stream` opens it. What an event says is decided without any logging library (`line`), and
whether it is said (`quiet`, `repeats`); what was answered has lines of its own (`access_line`).
Then come the forms, for people (`console`) and for programs, and the ways out (`writer`,
`watched_file`), which never make anybody wait.
"""
