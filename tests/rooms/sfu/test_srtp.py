"""Protection of outbound packets, against pylibsrtp's own."""

import pylibsrtp
import pytest
from pylibsrtp import Policy, Session

from rooms.sfu import srtp
from rooms.sfu.burst import MAX_BURST, MAX_PACKET, MAX_PLAIN
from tests.rooms.sfu.bursts import burst_of


def session(
    kind: int = Policy.SSRC_ANY_OUTBOUND, profile: int = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
) -> Session:
    """Sessions of one key."""
    size = 28 if profile == Policy.SRTP_PROFILE_AEAD_AES_128_GCM else 30
    return Session(Policy(key=bytes(range(size)), ssrc_type=kind, srtp_profile=profile))


def rtp(number: int, size: int) -> bytes:
    """A plain packet."""
    return b"\x80\x60" + number.to_bytes(2, "big") + bytes(4) + b"ssrc" + bytes(size)


def test_the_private_names_of_pylibsrtp_are_where_we_expect_them() -> None:
    assert pylibsrtp.__version__ == "1.0.0"
    assert callable(pylibsrtp._binding.lib.srtp_protect)
    assert session()._srtp[0]


@pytest.mark.parametrize("size", [0, 1, 80, 1200, MAX_PLAIN - 12])
def test_it_protects_as_pylibsrtp_does(size: int) -> None:
    arena = srtp.Arena(3 * MAX_PACKET)
    ours, theirs, inbound = srtp.Protector(session()), session(), session(Policy.SSRC_ANY_INBOUND)
    at = 0
    for number in range(3):
        plain = rtp(number, size)
        end = at + ours.write(bytearray(plain), arena, at)
        protected = bytes(arena.buffer[at:end])
        assert protected == theirs.protect(plain)
        assert inbound.unprotect(protected) == plain
        at = end


@pytest.mark.parametrize("sizes", [[0], [900, 900, 20, 901], [50] * MAX_BURST])
@pytest.mark.parametrize(
    "profile", [Policy.SRTP_PROFILE_AEAD_AES_128_GCM, Policy.SRTP_PROFILE_AES128_CM_SHA1_80]
)
def test_a_burst_is_protected_packet_by_packet(sizes: list[int], profile: int) -> None:
    burst = burst_of(sizes)
    arena = srtp.Arena(MAX_BURST * MAX_PACKET)
    ours, theirs = srtp.Protector(session(profile=profile)), session(profile=profile)
    side_by_side = ours.write_burst(burst, arena, 100)
    expected = [theirs.protect(packet) for packet in burst.plain_packets()]
    lengths = srtp.lengths(len(sizes))
    found = [bytes(arena.buffer[100 + at : 100 + at + lengths[index]]) for index, at in burst.places]
    assert found == expected
    assert side_by_side == (profile == Policy.SRTP_PROFILE_AEAD_AES_128_GCM)


def test_what_is_given_is_left_as_it_was() -> None:
    packet, burst, arena = bytearray(rtp(1, 100)), burst_of([7, 8]), srtp.Arena(MAX_PACKET)
    plain = bytes(burst.plain)
    srtp.Protector(session()).write(packet, arena, 0)
    srtp.Protector(session()).write_burst(burst, arena, 0)
    assert packet == rtp(1, 100)
    assert burst.plain == plain


@pytest.mark.parametrize("packet", [b"", b"\x80", rtp(1, MAX_PLAIN - 11)])
def test_what_cannot_be_protected_is_refused(packet: bytes) -> None:
    with pytest.raises(pylibsrtp.Error):
        srtp.Protector(session()).write(packet, srtp.Arena(MAX_PACKET), 0)


@pytest.mark.parametrize("size", [0, 80, 1200])
def test_it_unprotects_as_pylibsrtp_does(size: int) -> None:
    outbound, inbound = session(), srtp.Unprotector(session(Policy.SSRC_ANY_INBOUND))
    for number in range(3):
        plain = rtp(number, size)
        assert inbound.unprotect(outbound.protect(plain)) == plain


def test_what_is_forged_or_too_long_is_not_unprotected() -> None:
    outbound, inbound = session(), srtp.Unprotector(session(Policy.SSRC_ANY_INBOUND))
    forged = bytearray(outbound.protect(rtp(1, 100)))
    forged[-1] ^= 1
    for packet in (bytes(forged), b"", b"\x80", bytes(MAX_PACKET + 1)):
        with pytest.raises(pylibsrtp.Error):
            inbound.unprotect(packet)
    assert inbound.unprotect(outbound.protect(rtp(2, 100))) == rtp(2, 100)
