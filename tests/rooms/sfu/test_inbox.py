"""Many datagrams in one call: what is read is the same as one by one."""

import socket
import time

import pytest

from rooms.sfu import batch
from rooms.sfu.inbox import AT_ONCE, MAX_DATAGRAM, Inbox, ReceiveMany, receive_many
from rooms.sfu.udp import SO_TIMESTAMPNS


@pytest.mark.parametrize("call", [receive_many(), None], ids=["many", "one by one"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_each_datagram_comes_with_its_sender_and_its_time(call: ReceiveMany | None, host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    inbox = Inbox(family, call)
    with socket.socket(family, socket.SOCK_DGRAM) as udp, socket.socket(family, socket.SOCK_DGRAM) as sender:
        udp.setblocking(False)
        udp.bind((host, 0))
        sender.bind((host, 0))
        assert inbox.read(udp) == []
        sender.sendto(b"without a time", udp.getsockname())
        ((data, name, truncated, stamp),) = inbox.read(udp)
        assert (data, truncated, stamp) == (b"without a time", False, 0.0)
        assert batch.numeric_address(name) == sender.getsockname()
        udp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        before = time.time()
        sent = [b"", b"a", bytes(MAX_DATAGRAM), *(bytes([number]) * 100 for number in range(AT_ONCE))]
        for one in sent:
            sender.sendto(one, udp.getsockname())
        sender.sendto(bytes(MAX_DATAGRAM + 1), udp.getsockname())
        came = inbox.read(udp)
        assert len(came) == AT_ONCE
        came += inbox.read(udp)
        assert inbox.read(udp) == []
    assert [data for data, _, _, _ in came[:-1]] == sent
    assert [truncated for _, _, truncated, _ in came] == [False] * len(sent) + [True]
    assert {name for _, name, _, _ in came} == {name}
    stamps = [stamp for _, _, _, stamp in came]
    assert before <= stamps[0]
    assert stamps == sorted(stamps)
    assert stamps[-1] <= time.time()
