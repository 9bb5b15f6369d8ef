"""A hundred thousand mutated datagrams; `make fuzz` sends ten million."""

from tests.rooms.sfu.fuzz import Fuzz

COUNT = 102_000


async def test_mutated_datagrams_raise_nothing_and_reach_every_reader() -> None:
    fuzz = Fuzz(seed=20_000_125)
    await fuzz.run(COUNT)
    counts = fuzz.counts
    assert counts["wire"] + counts["stream"] + counts["inside"] == COUNT
    assert counts["failed"] == 0
    reached = (
        "stun_malformed",
        "stun_not_authentic",
        "stun_unknown_user",
        "srtp_rejected",
        "srtcp_rejected",
        "unknown_address",
        "endpoint_malformed",
        "bad_length",
        "tcp_not_proven",
    )
    assert all(counts[name] > 100 for name in reached)
    assert counts["forwarded"] > 0
