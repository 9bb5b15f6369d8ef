"""Firefox, driven by WebDriver BiDi: one page on a server of its own, whose `ask` is answered by Python.

Playwright drives only a Firefox of its own making. Source: W3C WebDriver BiDi; Firefox listens for it with
`--remote-debugging-port`.
"""

import asyncio
import itertools
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, web

PATIENCE = 60.0  # seconds for the first start with a new profile on a busy machine
PREFERENCES = {
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}
HEAD = "<!doctype html><meta charset=utf-8><title>call</title><body><script>"
ASK = """
window.ask = async (...words) => {
  const answer = await fetch("/ask", { method: "POST", body: JSON.stringify(words) });
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.json();
};
"""
# In the browser's own scope, where XPCOM is: nsIX509CertDB and nsINativeDNSResolverOverride.
TRUST = """
(base64) => {
  const known = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
  known.addCertFromBase64(base64, "C,,");
}
"""
RESOLVE = """
([name, address]) => {
  const names = Cc["@mozilla.org/network/native-dns-override;1"].getService(Ci.nsINativeDNSResolverOverride);
  names.addIPOverride(name, address);
}
"""

Ask = Callable[..., Awaitable[Any]]


class FirefoxPage:
    """A page that is evaluated as Playwright's is. What is given and what comes back is JSON."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._context = ""

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        """One BiDi command; raises `RuntimeError` with Firefox's own words."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            answer = await self._socket.receive_json()
            if answer.get("id") != number:
                continue
            if answer["type"] == "error":
                raise RuntimeError(f"{method}: {answer['message']}")
            found: dict[str, Any] = answer["result"]
            return found

    async def open(self, address: str) -> None:
        """Begin a session and load the page."""
        await self.command("session.new", capabilities={})
        tree = await self.command("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]
        await self.command("browsingContext.navigate", context=self._context, url=address, wait="complete")

    async def evaluate(self, expression: str, argument: Any = None) -> Any:
        """Call a function of one argument and wait for what it promises."""
        return await self._call(self._context, expression, argument)

    async def trust(self, authority: str) -> None:
        """Take the certificates of an authority (PEM), as an administrator makes a browser do."""
        lines = authority.splitlines()
        await self._inside(TRUST, "".join(line for line in lines if "-----" not in line))

    async def resolve(self, name: str, address: str) -> None:
        """Find a name at an address, whatever name servers say."""
        await self._inside(RESOLVE, [name, address])

    async def _inside(self, expression: str, argument: Any) -> None:
        """Call a function in the browser itself, not in the page."""
        tree = await self.command("browsingContext.getTree", **{"moz:scope": "chrome"})
        await self._call(tree["contexts"][0]["context"], expression, argument)

    async def _call(self, context: str, expression: str, argument: Any) -> Any:
        call = f"async (given) => JSON.stringify((await ({expression})(JSON.parse(given))) ?? null)"
        answer = await self.command(
            "script.callFunction",
            functionDeclaration=call,
            arguments=[{"type": "string", "value": json.dumps(argument)}],
            awaitPromise=True,
            target={"context": context},
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])


@asynccontextmanager
async def firefox(folder: Path, script: str, ask: Ask) -> AsyncIterator[FirefoxPage]:
    """A Firefox with a page that holds `script`; `ask` answers what the script asks. Ends with it."""
    async with _site(script, ask) as address, ClientSession() as session:
        process = await _start(folder)
        try:
            async with asyncio.timeout(PATIENCE):
                socket = await session.ws_connect(await _listens(process), max_msg_size=0)
                page = FirefoxPage(socket)
                await page.open(address)
            yield page
            await socket.close()
        finally:
            process.kill()
            await process.wait()


async def _start(folder: Path) -> asyncio.subprocess.Process:
    profile = folder / "firefox"
    profile.mkdir()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    return await asyncio.create_subprocess_exec(
        "firefox-esr",
        *("--headless", "--no-remote", "--profile", str(profile)),
        *("--remote-debugging-port", "0", "--remote-allow-system-access"),
        env={**os.environ, "HOME": str(folder), "MOZ_HEADLESS": "1"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


async def _listens(process: asyncio.subprocess.Process) -> str:
    """The address that Firefox writes when it is ready."""
    assert process.stderr is not None
    async for line in process.stderr:
        _, found, address = line.decode(errors="replace").partition("WebDriver BiDi listening on ")
        if found:
            return address.strip() + "/session"
    raise RuntimeError("Firefox ended before it listened")


@asynccontextmanager
async def _site(script: str, ask: Ask) -> AsyncIterator[str]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(
            text=f"{HEAD}{ASK}</script><script src=/script.js></script>", content_type="text/html"
        )

    async def source(_: web.Request) -> web.Response:
        return web.Response(text=script, content_type="text/javascript")

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(await ask(*await request.json()))

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/script.js", source), web.post("/ask", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
