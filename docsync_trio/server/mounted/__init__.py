"""Web applications of others, by WSGI or ASGI, that the site serves beside its own."""
