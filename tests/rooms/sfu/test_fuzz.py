"""A hundred thousand mutated datagrams; `make fuzz` sends ten million."""

from tests.rooms.sfu.fuzz import Fuzz

COUNT = 100_000


async def test_mutated_datagrams_raise_nothing_and_reach_every_reader() -> None:
    fuzz = Fuzz(seed=20_000_125)
    await fuzz.run(COUNT)
    counts = fuzz.counts
    assert counts["wire"] + counts["inside"] == COUNT
    assert counts["failed"] == 0
    reached = ("stun_malformed", "srtp_rejected", "srtcp_rejected", "unknown_address", "endpoint_malformed")
    assert all(counts[name] > 100 for name in reached)
    assert counts["forwarded"] > 0
