"""Which page is where; the applications at the same addresses are listed in asgi.py."""

from django.urls import path

from weather import views

urlpatterns = [
    path("", views.front),
    path("login", views.log_in),
    path("sea/<str:station>", views.sea),
]
