"""What `check` says of the ways to sound and picture: from settings alone, and of a real TURN server."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rooms.turn import LIFETIME, Turn
from server.allocation import Relay
from server.config import Settings
from server.ways import ways
from tests.rooms.turnserver import free_port, turnserver
from web.findings import Finding, Verdict
from web.words import load

PUBLIC = "https://kabinet.school.ru"
NO_TURN = Turn()
HERE = Settings(announced=("127.0.0.1",))  # where the tests' TURN server may relay to
WORDS = load()["ru"]


async def said(settings: Settings, turn: Turn = NO_TURN, **changes: object) -> list[tuple[Verdict, str]]:
    """The findings in Russian, each with its verdict."""
    options = {"now": datetime.now(UTC), "trust": ssl.create_default_context(), **changes}
    found: list[Finding] = await ways(settings, turn, **options)  # type: ignore[arg-type]  # both by name
    return [(one.verdict, one.line(WORDS)) for one in found]


async def test_public_addresses_and_a_fixed_port_are_ways_over_udp_tcp_and_ipv6() -> None:
    settings = Settings(
        public_url=PUBLIC, announced=("8.8.8.8", "2001:4860:4860::8888"), media_port=40_000, workers=2
    )
    udp, tcp, ipv6, turn = await said(settings)
    assert (udp[0], tcp[0], ipv6[0], turn[0]) == (
        Verdict.GOOD,
        Verdict.GOOD,
        Verdict.GOOD,
        Verdict.DOUBTFUL,
    )
    assert udp[1].startswith("UDP: браузеры снаружи пройдут к 8.8.8.8, 2001:4860:4860::8888")
    assert "порт UDP 40000–40001" in udp[1]
    assert "порт TCP 40000–40001" in tcp[1]
    assert ipv6[1] == "IPv6: браузерам снаружи сообщается 2001:4860:4860::8888"
    assert "Задайте KABINET_TURN_URLS и KABINET_TURN_SECRET" in turn[1]


@pytest.mark.parametrize(
    ("changes", "line", "advice"),
    [
        ({"announced": ("192.168.1.5",)}, 0, "Задайте в KABINET_ANNOUNCED внешний адрес"),
        ({"announced": ("192.168.1.5",)}, 1, "Задайте в KABINET_ANNOUNCED внешний адрес"),
        ({"media_port": 0}, 0, "Задайте KABINET_MEDIA_PORT"),
        ({"media_port": 0}, 1, "Задайте KABINET_MEDIA_PORT"),
        ({"media_host": "0.0.0.0", "announced": ("2001:4860:4860::8888",)}, 2, "задайте в нём ::"),
    ],
)
async def test_a_way_that_is_closed_is_told_with_what_opens_it(
    changes: dict[str, object], line: int, advice: str
) -> None:
    settings = Settings(public_url=PUBLIC, announced=("8.8.8.8",), media_port=40_000)
    verdict, text = (await said(settings.model_copy(update=changes)))[line]
    assert verdict is Verdict.DOUBTFUL
    assert advice in text


async def test_an_installation_for_this_machine_alone_needs_no_ways() -> None:
    assert [verdict for verdict, _ in await said(Settings())] == [Verdict.GOOD]


async def test_a_turn_server_is_tried_over_udp_tcp_and_tls(tmp_path: Path) -> None:
    async with turnserver(tmp_path) as server:
        turn = Turn((server.udp, server.tcp, server.tls_by("localhost"), server.tls), server.secret)
        trust = ssl.create_default_context(cadata=server.authority)
        *found, nameless = (await said(HERE, turn, trust=trust))[3:]
        assert [verdict for verdict, _ in found] == [Verdict.GOOD] * 3
        assert nameless[0] is Verdict.DOUBTFUL
        assert f"Firefox не использует {server.tls}" in nameless[1]
        names = [text.partition(":")[0] for _, text in found]
        assert names == ["TURN по UDP", "TURN по TCP", "TURN по TLS"]
        assert f"могут использовать {server.udp}; он передаёт с 127.0.0.1" in found[0][1]


async def test_a_turn_server_that_browsers_cannot_use_is_told_with_the_reason(tmp_path: Path) -> None:
    async with turnserver(tmp_path) as server:
        turn = Turn((server.tcp,), server.secret)
        unknown = (await said(HERE, Turn((server.tls,), server.secret)))[3]
        assert unknown[1].startswith("TURN по TLS: браузеры не поверят сертификату")
        forbidden = (await said(HERE.model_copy(update={"announced": ("127.0.0.9",)}), turn))[3]
        assert forbidden[0] is Verdict.DOUBTFUL
        assert "не передаёт к 127.0.0.9" in forbidden[1]
        other = (await said(HERE, Turn((server.tcp,), "another")))[3]
        long_ago = datetime.now(UTC) - LIFETIME - timedelta(minutes=1)
        late = (await said(HERE, turn, now=long_ago))[3]
        for verdict, text in (other, late):
            assert verdict is Verdict.DOUBTFUL
            assert "не принимает наших паролей" in text


async def test_a_turn_server_that_is_not_there_is_told() -> None:
    _, (verdict, text) = await said(Settings(), Turn((f"turn:127.0.0.1:{free_port()}?transport=tcp",), "s"))
    assert verdict is Verdict.DOUBTFUL
    assert "работает ли он, открыт ли его порт?" in text


def test_kinds_of_turn_that_lack_are_named_with_an_example() -> None:
    assert [Relay.read(url).way for url in ("turn:a", "turn:a?transport=tcp", "turns:[::1]:443")] == [
        "udp",
        "tcp",
        "tls",
    ]
    for wrong in ("turn:a:70000", "turns:a?transport=udp", "turn://a", "stun:a"):
        with pytest.raises(ValueError):  # noqa: PT011 -- which words it says concerns nobody
            Relay.read(wrong)
