"""A consumer: one producer as one viewer receives it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rooms.sfu import bandwidth, layers, rtcp
from rooms.sfu.burst import Burst
from rooms.sfu.continuity import Continuity, Part
from rooms.sfu.delivery import Delivery
from rooms.sfu.fanout import Seat
from rooms.sfu.layer import Layer
from rooms.sfu.messages import ConsumerLayer, Notification
from rooms.sfu.ortc import Received
from rooms.sfu.resend import ResendLimit
from rooms.sfu.rtp import ABS_SEND_TIME_AT, HEADER, WORD, MediaPacket, abs_send_time
from rooms.sfu.sender import Sender

if TYPE_CHECKING:
    from rooms.sfu.producer import Producer

FIRST_ROUND_TRIP = 0.1
MAX_REPORTS_KEPT = 8
PADDING_PACKETS = 16  # the latest so many packets serve as padding
MAX_PADDED = 64  # ... and at most so many are sent at once


class Consumer:
    """Sends the layer that fits the viewer's tile, its link and what arrives; starts paused.

    Video changes layer at key frames only; until the wanted one begins, the old one goes on.
    """

    __slots__ = (
        "_connected",
        "_limit",
        "_notify",
        "_packets_weighed",
        "_padded",
        "_reported_packets",
        "_reports_sent",
        "_resent_weighed",
        "_rtx_sequence",
        "_told",
        "_video",
        "cap",
        "delivery",
        "failed",
        "height",
        "id",
        "last_round_trip",
        "layer",
        "lost_share",
        "paused",
        "producer",
        "received",
        "resent",
        "round_trip",
        "rtx_ssrc",
        "sender",
        "ssrc",
        "stream",
        "target",
        "width",
    )

    def __init__(
        self,
        consumer_id: str,
        producer: "Producer",
        received: Received,
        sender: Sender,
        notify: Callable[[Notification], None],
        delivery: Delivery,
    ) -> None:
        encoding = (received.parameters.encodings or [])[0]
        self.id = consumer_id
        self.producer = producer
        self.received = received
        self.ssrc = encoding.ssrc or 0
        self.rtx_ssrc = encoding.rtx.ssrc if encoding.rtx else 0
        self.paused = True
        self.width = self.height = -1
        self.cap: int | None = None
        self.layer: Layer | None = None
        self._told: int | None = None
        self.target: Layer | None = None
        self.round_trip = self.last_round_trip = FIRST_ROUND_TRIP
        self.lost_share = 0.0
        self.resent = 0
        self.failed = 0
        self._video = producer.kind == "video"
        self._connected = False
        self.sender = sender
        self._notify = notify
        self.delivery = delivery if received.wide else None
        self._padded = 0
        self.stream = Continuity(self.ssrc, received.payload_type)
        self._limit = ResendLimit()
        self._rtx_sequence = 0
        self._reports_sent: dict[int, float] = {}
        self._reported_packets = 0
        self._packets_weighed = self._resent_weighed = 0

    # The hot path.

    def send(self, burst: Burst) -> None:
        """Send packets of a layer that this viewer has or waits for. A key frame is a burst's beginning."""
        if burst.layer is not self.layer and not self._switch(burst.layer, burst.packets[0], burst.now):
            return
        written = self.stream.write(burst, self.delivery)
        if written is not None:
            self.sender.send_burst(written)

    def _switch(self, layer: Layer, packet: MediaPacket, now: float) -> bool:
        if layer is not self.target or (self._video and not packet.keyframe):
            return False
        before = self.layer
        self.layer = layer
        if before is not None:
            before.leave(self)
        layer.regroup()
        self.stream.begin(layer, packet, now)
        self.report(now)
        self._tell_layer()
        return True

    # What the viewer's side asks for.

    def resume(self, now: float) -> None:
        """Begin to send, at a key frame that is asked for now. Nothing changes when it is sending already."""
        self.paused = False
        self.update(now)

    def pause(self, now: float) -> None:
        """Stop sending."""
        self.paused = True
        self.update(now)

    def set_size(self, width: int, height: int, now: float) -> None:
        """The tile's size in device pixels; 0 × 0 is not visible and costs nothing."""
        self.width, self.height = max(0, width), max(0, height)
        self.update(now)

    def set_connected(self, now: float) -> None:
        """The transport can send: begin (again) at a key frame, since what went before may be lost."""
        self._connected = True
        self.stop()
        self.update(now)

    @property
    def visible(self) -> bool:
        """Whether anything is to be sent at all, were there room for it."""
        hidden = self._video and (self.width == 0 or self.height == 0)
        producer = self.producer
        sends = not producer.paused and not producer.crowded
        return self._connected and not self.paused and sends and not hidden

    def wanted(self) -> int | None:
        """The layer that the tile needs, whatever the link carries; of unknown size, the largest."""
        if not self.visible:
            return None
        among = self.producer.layers
        if self.width < 0 or len(among) == 1:
            return among[-1].index
        return layers.wanted(among, self.width, self.height, self.target.index if self.target else None)

    def update(self, now: float) -> None:
        """Choose the layer anew: after anything that it depends on has changed."""
        wanted = self.wanted()
        if wanted is None or self.cap == bandwidth.NOTHING:
            self.stop()
            return
        chosen = layers.available(self.producer.layers, wanted, self.cap)
        self._aim(None if chosen is None else self.producer.layers[chosen], now)

    def stop(self) -> None:
        """Send nothing; what comes next begins a new part of the stream."""
        for layer in (self.layer, self.target):
            if layer is not None:
                layer.leave(self)
        self.layer = self.target = None
        self._tell_layer()

    def hold(self) -> None:
        """The link is full: send no more of the larger layer, and not yet the smaller, until `update`.

        What is sent meanwhile would be late, and sound with it. The viewer keeps the last picture: nobody is
        told.
        """
        for layer in (self.layer, self.target):
            if layer is not None:
                layer.leave(self)
        self.layer = self.target = None

    def lose(self, layer: Layer) -> None:
        """That layer begins anew, numbering and all: wait for its key frame."""
        if self.layer is layer:
            layer.regroup()
            self.layer = None
            if self.target is not layer:
                layer.leave(self)
            self._tell_layer()

    def seat(self, layer: Layer) -> Seat | None:
        """How it can be served together with others of that layer; None when it can't."""
        part, lane = self.stream.part, self.sender.lane
        if self.layer is not layer or part is None or lane is None or not lane.even:
            return None
        return Seat(self, part, self.delivery, lane)

    def regroup(self) -> None:
        """Something has changed by which this viewer is served together with others."""
        if self.layer is not None:
            self.layer.regroup()

    def _aim(self, layer: Layer | None, now: float) -> None:
        before = self.target
        if layer is before:
            if layer is not None and layer is not self.layer and self._video:
                self.producer.want_key_frame(layer, now)
            return
        if before is not None and before is not self.layer:
            before.leave(self)
        self.target = layer
        if layer is None or layer is self.layer:
            return
        layer.join(self)
        if self._video:
            self.producer.want_key_frame(layer, now)

    def _tell_layer(self) -> None:
        index = self.layer.index if self.layer else None
        if self._video and index != self._told:
            self._told = index
            self._notify(ConsumerLayer(self.id, index))

    # RTCP from the viewer.

    def receive_nack(self, missing: tuple[int, ...], now: float) -> None:
        """Send again what is still kept (RFC 4585 §6.2.1), as RTX where agreed (RFC 4588)."""
        for sequence in missing:
            found = self.stream.find(sequence)
            if found is None or self._superseded(found[1]):
                continue
            bitrate = found[1].layer.meter.average
            if self._limit.allow(sequence, now, self.round_trip, bitrate):
                self.resent += 1
                self._resend(*found, now)

    def _superseded(self, part: Part) -> bool:
        """Whether it belongs to a larger layer than the viewer has now: a key frame has taken its place.

        On a link that was too narrow for it, mending it would only delay what came after.
        """
        current = self.layer or self.target
        if current is None:
            return self.cap is not None and part.layer.index > self.cap
        return part.layer.index > current.index

    @property
    def can_pad(self) -> bool:
        """Whether there is something to send again only to see how much the link carries."""
        return self.delivery is not None and self.stream.part is not None and self.visible

    def pad(self, size: float, now: float) -> float:
        """Send recent packets again, as RTX, until it is `size` bytes: the viewer drops what it has.

        Returns what is left to send: less than nothing when the last packet was larger than that.
        """
        for _ in range(MAX_PADDED):
            if size <= 0:
                break
            self._padded = (self._padded + 1) % PADDING_PACKETS
            found = self.stream.recent(self._padded)
            if found is None:
                self._padded = 0
                found = self.stream.recent(0)
            if found is None:
                break
            size -= len(found[0].buffer)
            self._resend(*found, now)
        return size

    def receive_key_frame_request(self, now: float) -> None:
        """Pass a PLI or FIR on to the layer that the viewer has."""
        layer = self.layer or self.target
        if layer is not None and self._video:
            self.producer.want_key_frame(layer, now)

    def receive_block(self, block: rtcp.ReportBlock, now: float) -> None:
        """Learn loss and round trip from the viewer's report."""
        self.lost_share = block.lost_share
        if not self.rtx_ssrc:
            # What was sent again under the same number counts as received there.
            packets, resent = self.stream.packets - self._packets_weighed, self.resent - self._resent_weighed
            self._packets_weighed, self._resent_weighed = self.stream.packets, self.resent
            self.lost_share = max(block.lost_share, min(1.0, resent / max(1, packets)))
        sent = self._reports_sent.get(block.lsr)
        if sent is not None:
            measured = now - sent - block.dlsr / 65536
            if 0.0 <= measured < 5.0:
                self.last_round_trip = measured
                self.round_trip += (measured - self.round_trip) * 0.3

    def report(self, now: float) -> None:
        """Send an SR in the viewer's numbering, on the publisher's clock: sound and picture of a peer share
        it.
        """
        part = self.stream.part
        if part is None or self.layer is not part.layer or part.layer.reception.report is None:
            return
        reception = part.layer.reception
        said = part.layer.reception.report
        elapsed = now - reception.report_at
        ntp = said.ntp + int(elapsed * 0x100000000)
        timestamp = said.timestamp + part.timestamp + int(elapsed * part.layer.clock_rate)
        report = rtcp.SenderReport(self.ssrc, ntp, timestamp, self.stream.packets, self.stream.octets)
        self._remember_report(ntp >> 16 & 0xFFFFFFFF, now)
        self._reported_packets = self.stream.packets
        self.sender.send_rtcp(
            rtcp.sender_report(report) + rtcp.source_description(self.ssrc, self.producer.cname)
        )

    @property
    def report_due(self) -> bool:
        """Whether something was sent since the last report."""
        return self.stream.packets != self._reported_packets

    @property
    def packets(self) -> int:
        """Sent so far, without what was sent again."""
        return self.stream.packets

    def stats(self) -> dict[str, Any]:
        """Counters, in plain types."""
        return {
            "layer": self.layer.index if self.layer else None,
            "target": self.target.index if self.target else None,
            "cap": self.cap,
            "packets": self.stream.packets,
            "bytes": self.stream.octets,
            "resent": self.resent,
            "failed": self.failed,
            "round_trip": self.round_trip,
            "lost_share": self.lost_share,
        }

    def _remember_report(self, middle: int, now: float) -> None:
        self._reports_sent[middle] = now
        if len(self._reports_sent) > MAX_REPORTS_KEPT:
            del self._reports_sent[next(iter(self._reports_sent))]

    def _resend(self, packet: MediaPacket, part: Part, now: float) -> None:
        self.stream.rewrite(packet, part)
        if not self.rtx_ssrc or self.received.rtx_payload_type is None:
            # The very same bytes: a cipher in counter mode must never see two plaintexts under one number.
            self.sender.send_rtp(packet.buffer)
            return
        source = packet.buffer
        first, second, sequence, timestamp, _ = HEADER.unpack_from(source)
        again = bytearray(source[: packet.payload_offset])
        again += WORD.pack(sequence)
        again += source[packet.payload_offset :]
        self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        kind = second & 0x80 | self.received.rtx_payload_type
        HEADER.pack_into(again, 0, first, kind, self._rtx_sequence, timestamp, self.rtx_ssrc)
        again[ABS_SEND_TIME_AT : ABS_SEND_TIME_AT + 3] = abs_send_time(now)
        if self.delivery is not None:
            self.delivery.stamp(again, now)
        self.sender.send_rtp(again)
