"""A peer of a forwarder with full ICE (RFC 8445): it answers checks, and lets the offerer lead."""

import asyncio
import secrets
from typing import Any

from aioice import stun

from bench.sdp import Remote
from tests.rooms.sfu.peer import RETRY_SECONDS, Peer

UNKNOWN: dict[str, Any] = {
    "iceParameters": {},
    "iceCandidates": [{"port": 0}],
    "dtlsParameters": {"fingerprints": []},
}


class Guest(Peer):
    """A peer that exists before it knows the other end: an offer must name its port."""

    def __init__(self, host: str, *, leads: bool) -> None:
        super().__init__(UNKNOWN)
        # Janus' library answers only over the device that it has gathered.
        self.close()
        self.sockets.clear()
        self.add_address(host)
        self.password = secrets.token_hex(16)
        self.watch = self._answer
        self._leads = leads

    def aim(self, remote: Remote) -> None:
        """Take the other end's description."""
        self.ice, self.server, self._expected = remote.ice, remote.address, [remote.fingerprint]

    async def connect(self) -> None:
        """Check until hands are shaken: only the leading end knows when a pair is chosen."""
        handshake = asyncio.create_task(self.handshake())
        while not handshake.done():
            self.send(bytes(self.binding_request(nominate=self._leads)))
            await asyncio.wait({handshake}, timeout=RETRY_SECONDS)
        await handshake

    def binding_request(
        self, *, nominate: bool, password: str | None = None, ufrag: str | None = None
    ) -> stun.Message:
        """A check in this end's role."""
        request = super().binding_request(nominate=nominate and self._leads, password=password, ufrag=ufrag)
        if not self._leads:
            del request.attributes["ICE-CONTROLLING"]
            request.attributes["ICE-CONTROLLED"] = 1
            request.add_message_integrity((password or self.ice["password"]).encode())
        return request

    def _answer(self, data: bytes, _number: int) -> None:
        if data[0] != 0 or data[1] != 1:
            return
        request = stun.parse_message(data)
        answer = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=request.transaction_id,
        )
        answer.attributes["XOR-MAPPED-ADDRESS"] = self.server
        answer.add_message_integrity(self.password.encode())
        self.send(bytes(answer))
