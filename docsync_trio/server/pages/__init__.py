"""What a browser gets of an application: its page, its ``autoload.js``, and what belongs to them.

Start with `application_page`; `answers` is where errors of requests end and become answers, and
`after_reload` what pages ask while their author works on the application.
"""
