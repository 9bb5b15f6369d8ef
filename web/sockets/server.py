"""The Socket.IO server, attached to the application."""

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from socketio import AsyncServer  # type: ignore[import-untyped]  # it has no types

from web import expectation
from web.keys import OPTIONS, REGISTRY
from web.sockets.dispatch import Dispatch
from web.sockets.frames import StrictWebSocket
from web.sockets.packets import SafeJson, StrictPacket
from web.sockets.strangers import Strangers

# Lost within 13 s (R48 allows two minutes to come back; the others should know sooner).
PING_SECONDS, PONG_SECONDS = 5, 8
MAX_MESSAGE = 64 * 1024


def attach(app: web.Application, strangers: Strangers | None = None) -> AsyncServer:
    """Serve `/socket.io/`, WebSocket only and from our own pages only.

    The application must carry `web.keys.OPTIONS` and `WORDS`. The registry is opened and closed by the
    caller, around the application's life.
    """
    server = AsyncServer(
        async_mode="aiohttp",
        transports=["websocket"],
        allow_upgrades=False,
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
        max_http_buffer_size=MAX_MESSAGE,
        http_compression=False,
        cors_allowed_origins=_same_origin(app),
        cors_credentials=False,
        serializer=StrictPacket,
        json=SafeJson,
    )
    # The driver's own WebSocket hands on frames that the engine cannot decode, and sends late.
    server.eio._async = {**server.eio._async, "websocket": StrictWebSocket}
    strangers = strangers or Strangers()
    dispatch = Dispatch(server, app[REGISTRY])
    dispatch.attach()

    async def connection(request: web.Request) -> web.StreamResponse:
        with strangers.at_the_gate(request):
            response: web.StreamResponse = await server.handle_request(request)
            return response

    app.router.add_get("/socket.io/", connection, expect_handler=expectation.answer)

    async def shut_down(_: web.Application) -> None:
        await dispatch.close()
        await server.shutdown()

    app.on_shutdown.append(shut_down)
    return server


def _same_origin(app: web.Application) -> Any:
    """Compare hosts only: behind a balancer, or with our own TLS, the scheme seen here may be another."""

    def allowed(origin: str, environ: dict[str, Any]) -> bool:
        ours = {environ.get("HTTP_HOST"), urlsplit(app[OPTIONS].public_url).netloc}
        return urlsplit(origin).netloc in ours

    return allowed
