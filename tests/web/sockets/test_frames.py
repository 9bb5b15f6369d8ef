"""A hostile WebSocket: frames that are no packets, connections that never say who they are.

The log keeps no traceback of any of them, and those who are in go on.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from structlog.testing import capture_logs

from school.db import Database
from tests.web.sockets.line import Browser, Line, open_line
from web.sockets.server import MAX_MESSAGE
from web.sockets.strangers import Strangers

PATIENCE = 3.0
MOST = 5
PATH = "/socket.io/?EIO=4&transport=websocket"
# Each as text; what Engine.IO and Socket.IO make of it is not the sender's to decide.
TEXTS = [
    "",
    " ",
    "\0",
    "hello",
    "7",
    "8{}",
    "9[]",
    "b",
    "b!!!!",
    "bAAAA",
    "b" + "A" * 1000,
    "²",
    "٤2",
    "-1",
    "0",
    '0{"sid":"x"}',
    "2",
    "2probe",
    "3",
    "3probe",
    "5",
    "6",
    "4",
    "4\ud7ff",
    "4" + "{" * 5_000,
    "40" + "[" * 20_000,
    '40{"ticket":',
    '40{"ticket":1e999999,"version":1}',
    '41{"a":1}',
    "42" + "1" * 5_000,
    "49",
    "4-1",
    "45",
    "451-",
    "45100000000000000000000-",
    '42["join",' + "9" * 5_000 + "]",
]
# Only this one means something: its sender takes leave, and nothing is answered any more.
GOODBYES = ('41{"a":1}',)
BYTES = [b"", b"\0", b"\xff" * 100, b"4", b'42["join",{}]', bytes(range(256))]


@pytest.fixture
async def line(quiet_log: None, sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database) as opened:
        yield opened


@pytest.fixture
async def gate(quiet_log: None, sqlite_database: Database) -> AsyncIterator[Line]:
    """The same, with a gate that is soon impatient."""
    strangers = Strangers(patience=PATIENCE, most_of_one_address=MOST)
    async with open_line(sqlite_database, strangers=strangers) as opened:
        yield opened


@pytest.fixture
def quiet_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What is done to it, the log keeps no traceback."""
    caplog.set_level(logging.WARNING)
    with capture_logs() as logs:
        yield
    assert [entry for entry in logs if entry["log_level"] == "error"] == []
    # The libraries log in their own ways: no traceback, no task whose exception nobody took.
    told = [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]
    assert [(record.name, record.getMessage()) for record in told] == []


@asynccontextmanager
async def raw(line: Line) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A WebSocket that has been told the engine's terms and has said nothing yet."""
    url = line.server.make_url(PATH)
    async with aiohttp.ClientSession() as session, session.ws_connect(url, autoping=False) as socket:
        assert (await socket.receive_str()).startswith("0")
        yield socket


async def known(line: Line, socket: aiohttp.ClientWebSocketResponse, person: int) -> None:
    """Show a ticket."""
    await socket.send_str(f'40{{"ticket":"{await line.house.ticket(person)}","version":1}}')
    while not (await socket.receive_str()).startswith("40"):
        pass


async def still_works(browser: Browser) -> None:
    assert (await browser.done("chat.after", id=0))["messages"] is not None


async def answered(socket: aiohttp.ClientWebSocketResponse) -> bool:
    """Whether the line still stands: an unknown event is refused by name. False once it is closed."""
    try:
        await socket.send_str('427["nothing"]')
        while True:
            heard = await socket.receive(timeout=5)
            if heard.type is not aiohttp.WSMsgType.TEXT:
                return False
            if heard.data.startswith("437"):
                return True
    except (ConnectionError, aiohttp.ClientError):
        return False


@pytest.mark.parametrize("with_ticket", [False, True], ids=["a stranger", "a participant"])
async def test_no_frame_disturbs_anybody(line: Line, with_ticket: bool) -> None:
    """Each on a line of its own: it is dropped, the line goes on, and the room does not notice."""
    school = line.house.school
    teacher = await line.enter(school.teacher)
    frames: list[str | bytes] = [*TEXTS, *BYTES]
    for frame in frames:
        async with raw(line) as socket:
            if with_ticket:
                await known(line, socket, school.student)
            await (socket.send_str(frame) if isinstance(frame, str) else socket.send_bytes(frame))
            assert not with_ticket or frame in GOODBYES or await answered(socket), frame
    await still_works(teacher)


async def test_an_oversize_frame_ends_only_its_own_line(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    for size in (MAX_MESSAGE + 1, 4 * MAX_MESSAGE):
        async with raw(line) as socket:
            await socket.send_str("4" * size)
            assert not await answered(socket)
    await still_works(teacher)


async def test_broken_websocket_bytes_end_only_their_own_line(line: Line) -> None:
    """A reserved opcode, a reserved bit, text that is no UTF-8, a close of one byte, a ping too long."""
    teacher = await line.enter(line.house.school.teacher)
    for frame in (
        b"\x83\x80\0\0\0\0",
        b"\xf1\x80\0\0\0\0",
        b"\x81\x82\0\0\0\0\xff\xff",
        b"\x88\x81\0\0\0\0x",
        b"\x89\xfe\x00\x80\0\0\0\0" + b"x" * 128,
    ):
        async with raw(line) as socket:
            connection = socket._conn
            assert connection is not None
            assert connection.transport is not None
            connection.transport.write(frame)
            assert not await answered(socket)
    await still_works(teacher)


async def test_a_handshake_that_is_none_is_refused(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    async with aiohttp.ClientSession() as session:
        for path, method, headers in (
            ("/socket.io/?EIO=4&transport=polling", "GET", {}),
            ("/socket.io/?EIO=4&transport=websocket", "GET", {}),
            (PATH, "GET", {"Connection": "Upgrade", "Upgrade": "websocket"}),
            (f"{PATH}&sid=nobody", "GET", {}),
            (f"{PATH}&j=x", "GET", {}),
            ("/socket.io/?EIO=3&transport=websocket", "GET", {}),
            ("/socket.io/", "GET", {}),
            (PATH, "POST", {}),
            (PATH, "OPTIONS", {}),
            (PATH, "GET", {"Origin": "https://stranger.example"}),
        ):
            async with session.request(method, line.server.make_url(path), headers=headers) as response:
                assert 400 <= response.status < 500, (path, method)
    reader, writer = await asyncio.open_connection(line.server.host, line.server.port)
    writer.write(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nExpect: ".encode() + b"\xff\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"417"
    writer.close()
    await writer.wait_closed()
    await still_works(teacher)


# -- who never says who they are --------------------------------------------------------------------


async def hung_up(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Until the line is down, answering pings as a patient client does."""
    async with asyncio.timeout(5 * PATIENCE):
        while True:
            heard = await socket.receive()
            if heard.type is not aiohttp.WSMsgType.TEXT:
                return
            if heard.data == "2":
                await socket.send_str("3")


async def test_who_does_not_say_who_they_are_or_does_not_join_is_cut(gate: Line) -> None:
    """Without a ticket; with a forged one; with a ticket and no more; after taking leave of the room."""
    school = gate.house.school
    await gate.enter(school.teacher)
    inside = await gate.enter(school.parent)
    async with raw(gate) as silent, raw(gate) as forger, raw(gate) as idler, raw(gate) as leaver:
        await forger.send_str('40{"ticket":"forged","version":1}')
        await known(gate, idler, school.student)
        await known(gate, leaver, school.teacher)
        await leaver.send_str('421["join",{}]')
        while not (await leaver.receive_str()).startswith("431"):
            pass
        await leaver.send_str("41")
        await asyncio.gather(*(hung_up(socket) for socket in (silent, forger, idler, leaver)))
    await still_works(inside)
    assert not inside.down.is_set()


async def test_strangers_of_one_address_are_counted_and_participants_are_not(gate: Line) -> None:
    school = gate.house.school
    inside = [await gate.enter(person) for person in (school.teacher, school.student, school.parent)]
    url = gate.server.make_url(PATH)
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(url) for _ in range(MOST)]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)
        assert refused.value.status == 429
        await asyncio.gather(*(hung_up(socket) for socket in sockets))
        async with session.ws_connect(url) as again:
            assert (await again.receive_str()).startswith("0")
    for browser in inside:
        await still_works(browser)
