"""What is answered to `Expect` (RFC 9110 §10.1.1) before a request's body is read."""

from aiohttp import HttpVersion11, web


async def answer(request: web.Request) -> None:
    """Let a body come that was asked leave for; anything else expected is refused with 417.

    aiohttp's own answer repeats what was expected, and is a fault of the server when that is no text.
    """
    if request.version != HttpVersion11:
        return
    if request.headers["Expect"].lower() != "100-continue":
        raise web.HTTPExpectationFailed
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # the answer itself has not begun
