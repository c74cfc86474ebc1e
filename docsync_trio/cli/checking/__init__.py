"""Finding out whether a site is good, where nobody visits it yet.

`docsync check` builds it (`trial_build`), collects what it found (`report`), and writes that for
people, for programs and for GitHub (`as_text`, `as_json`, `as_github`); or reads the file of the
proxy in front of it (`proxy_check`). `docsync probe` goes to its address, as a browser would
(`probe_checks`, `probe_report`).
"""
