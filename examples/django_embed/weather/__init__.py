"""A Django project: `hypercorn -k trio weather.asgi:application` in the folder above runs it."""
