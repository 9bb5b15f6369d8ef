"""How many checks are read, and from whom."""

from rooms.sfu.limits import EACH_BURST, EACH_RATE, MAX_ADDRESSES, STRANGERS_BURST, CheckLimit
from tests.rooms.sfu.calls import open_line


def test_one_address_is_held_to_its_rate_and_others_are_not() -> None:
    limit = CheckLimit()
    flood = [limit.allows(("192.0.2.1", 5000), 1.0, known=False) for _ in range(1000)]
    assert sum(flood) == EACH_BURST
    assert limit.allows(("192.0.2.1", 5001), 1.0, known=False)
    assert sum(limit.allows(("192.0.2.1", 5000), 2.0, known=False) for _ in range(1000)) == EACH_RATE


def test_a_participants_checks_are_read_however_many_are_forged_in_his_name() -> None:
    limit = CheckLimit()
    assert all(limit.allows(("192.0.2.1", 5000), 1.0, known=True) for _ in range(1000))


def test_forged_addresses_are_held_together_and_known_ones_still_pass() -> None:
    limit = CheckLimit()
    flood = [limit.allows(("192.0.2.1", port), 1.0, known=False) for port in range(20_000)]
    assert sum(flood) == STRANGERS_BURST
    assert len(limit) <= MAX_ADDRESSES
    assert limit.allows(("198.51.100.1", 1), 1.0, known=True)


def test_a_school_behind_one_host_is_not_held_up() -> None:
    limit = CheckLimit()
    for tick in range(50):
        for port in range(300):
            assert limit.allows(("192.0.2.1", port), tick / 10, known=tick > 10)


async def test_a_flood_of_checks_is_counted_and_media_goes_on() -> None:
    async with open_line() as line:
        transport, _, peer = await line.call()
        counters = line.udp.counters
        stranger = line.peer(transport)
        request = bytes(stranger.binding_request(nominate=False, password="guess"))
        for _ in range(400):
            stranger.send(request)
        await peer.until(lambda: counters.stun_too_many > 200)
        assert counters.stun_not_authentic >= EACH_BURST
        peer.send_rtp(bytes([0x80, 96, 0, 1]) + bytes(8) + b"hello")
        await peer.until(lambda: len(peer.received) == 1)
