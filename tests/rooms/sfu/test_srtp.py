"""Protection of outbound packets, against pylibsrtp's own."""

import pylibsrtp
import pytest
from pylibsrtp import Policy, Session

from rooms.sfu import srtp


def session(kind: int = Policy.SSRC_ANY_OUTBOUND) -> Session:
    """Sessions of one key."""
    profile = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
    return Session(Policy(key=bytes(range(28)), ssrc_type=kind, srtp_profile=profile))


def rtp(number: int, size: int) -> bytes:
    """A plain packet."""
    return b"\x80\x60" + number.to_bytes(2, "big") + bytes(4) + b"ssrc" + bytes(size)


def test_the_private_names_of_pylibsrtp_are_where_we_expect_them() -> None:
    assert pylibsrtp.__version__ == "1.0.0"
    assert callable(pylibsrtp._binding.lib.srtp_protect)
    assert session()._srtp[0]


@pytest.mark.parametrize("size", [0, 1, 80, 1200, srtp.MAX_PLAIN - 12])
def test_it_protects_as_pylibsrtp_does(size: int) -> None:
    buffer = bytearray(3 * srtp.MAX_PACKET)
    ours, theirs, inbound = srtp.Protector(session(), buffer), session(), session(Policy.SSRC_ANY_INBOUND)
    at = 0
    for number in range(3):
        plain = rtp(number, size)
        end = at + ours.protect(bytearray(plain), at)
        protected = bytes(buffer[at:end])
        assert protected == theirs.protect(plain)
        assert inbound.unprotect(protected) == plain
        at = end


def test_the_packet_given_is_left_as_it_was() -> None:
    packet = bytearray(rtp(1, 100))
    srtp.Protector(session(), bytearray(srtp.MAX_PACKET)).protect(packet, 0)
    assert packet == rtp(1, 100)


@pytest.mark.parametrize("packet", [b"", b"\x80", rtp(1, srtp.MAX_PLAIN - 11)])
def test_what_cannot_be_protected_is_refused(packet: bytes) -> None:
    with pytest.raises(pylibsrtp.Error):
        srtp.Protector(session(), bytearray(srtp.MAX_PACKET)).protect(packet, 0)
