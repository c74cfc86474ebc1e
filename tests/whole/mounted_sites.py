"""Web applications for tests: one for Trio, two for asyncio, each with what it needs of its loop.

The site file of `test_mounted_sites` mounts them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from fastapi import FastAPI, WebSocket
from fastapi.responses import StreamingResponse

settings.configure(
    SECRET_KEY="a key for tests", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[]
)
django.setup()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
    async with asyncio.TaskGroup() as tasks:
        ticking = tasks.create_task(asyncio.sleep(1000))
        yield {"ticking": ticking}
        ticking.cancel()
    print("the lifespan has ended", flush=True)  # noqa: T201 - the test reads it


fast = FastAPI(lifespan=lifespan)


@fast.get("/loop")
async def loop() -> dict[str, bool]:
    await asyncio.sleep(0.001)
    return {"running": asyncio.get_running_loop().is_running()}


@fast.get("/thread")
def thread() -> str:
    return "from a thread"


@fast.get("/stream")
async def stream() -> StreamingResponse:
    async def numbers() -> AsyncIterator[str]:
        for number in range(3):
            await asyncio.sleep(0.001)
            yield str(number)

    return StreamingResponse(numbers())


@fast.websocket("/twice")
async def twice(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await asyncio.sleep(0.001)
        await websocket.send_text(text * 2)


async def waits(request: HttpRequest) -> HttpResponse:
    await asyncio.sleep(0.001)
    return HttpResponse(f"waited at {request.path}")


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{len(request.body)} bytes")


urlpatterns = [path("waits", waits), path("plain", plain)]
project = get_asgi_application()
project_in_threads = get_wsgi_application()
