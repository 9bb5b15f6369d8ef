"""What a worker counts about datagrams: every drop has a name."""

from dataclasses import dataclass
from typing import Final

# What is counted and is no drop; every other field names a reason for which a datagram went no further.
NO_DROPS: Final = frozenset(
    {
        "received",
        "sent",
        "bytes_received",
        "bytes_sent",
        "stun_answered",
        "send_waited",
        "segments_refused",
        "tcp_accepted",
    }
)


@dataclass(slots=True)
class Counters:
    """Datagrams since the worker started, by what became of them."""

    received: int = 0
    sent: int = 0
    bytes_received: int = 0
    bytes_sent: int = 0
    stun_answered: int = 0
    stun_malformed: int = 0
    stun_unknown_user: int = 0
    stun_not_authentic: int = 0
    stun_address_taken: int = 0
    stun_too_many: int = 0
    unknown_address: int = 0
    unknown_kind: int = 0
    bad_length: int = 0
    dtls_dropped: int = 0
    not_connected: int = 0
    srtp_rejected: int = 0
    srtcp_rejected: int = 0
    too_many_ssrcs: int = 0
    protect_failed: int = 0
    send_blocked: int = 0
    send_failed: int = 0
    send_waited: int = 0
    segments_refused: int = 0
    tcp_accepted: int = 0
    tcp_refused: int = 0
    tcp_not_proven: int = 0
    tcp_dropped: int = 0
