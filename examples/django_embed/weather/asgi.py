"""The whole site: the applications, and the project for all other addresses."""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weather.settings")
project = get_wsgi_application()

from django.contrib.auth.models import User  # noqa: E402 - Django has to be set up before

from docsync_trio.django import (  # noqa: E402
    autoload,
    create_asgi,
    document,
    with_request,
    with_url_args,
)
from weather import documents  # noqa: E402

call_command("migrate", verbosity=0)
User.objects.create_user("ada", password="lovelace")  # noqa: S106

application = create_asgi(
    [
        autoload("sea/<str:station>", with_url_args(documents.sea_surface)),
        document("shape_viewer", documents.shape_viewer),
        document("home/<str:title>", with_request(with_url_args(documents.home))),
    ],
    project,
)
