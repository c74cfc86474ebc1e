"""The floor of change: a site takes over what its files say now, and goes on serving.

It knows which files an application is made of, which modules they import, and how one
application is exchanged for another under the eyes of its visitors. It refuses to know
about terminals and about what a page does when its application was exchanged. Start with
`plan` (what is to be done, decided without doing it), then `reloading`, which does it.
"""
