"""The pages by Django."""

from django.contrib.auth import authenticate, login
from django.http import HttpResponse
from django.shortcuts import redirect, render

from docsync_trio.embed import server_document


def front(request):
    return render(request, "front.html")


def sea(request, station):
    # The application is at the address of this page.
    return render(request, "sea.html", {"station": station, "plot": server_document(request.path)})


def log_in(request):
    user = authenticate(
        request, username=request.POST.get("name"), password=request.POST.get("password")
    )
    if user is None:
        return HttpResponse("wrong name or password", status=403)
    login(request, user)
    return redirect("/home/back")
