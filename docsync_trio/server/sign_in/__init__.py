"""Signing in and out, over HTTP: what `docsync_trio.sign_in` decides is asked and told here.

Imported only for a site that has ``[sign_in]``. `keeper` knows the visitors of a site,
`login_page` and `logout_page` are where they meet it, `account_file` checks passwords, and
`provider` is the only module that talks to other servers.
"""
