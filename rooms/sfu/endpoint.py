"""An endpoint: what stands behind one transport, from the plain RTP and RTCP packet on."""

import secrets
from collections.abc import Callable
from typing import Any, Protocol

from rooms.sfu import codecs, ortc, rtcp
from rooms.sfu.consumer import Consumer
from rooms.sfu.demux import Demux
from rooms.sfu.departures import Departures
from rooms.sfu.downlink import DownlinkAdapter
from rooms.sfu.feedback import INTERVAL, FeedbackGenerator
from rooms.sfu.levels import Levels
from rooms.sfu.loudest import Loudest
from rooms.sfu.messages import ConsumerClosed, Notification, ProducerClosed
from rooms.sfu.params import RtpCapabilities, SfuError, write
from rooms.sfu.producer import Producer
from rooms.sfu.rtp import RtpPacket
from rooms.sfu.sender import Sender
from rooms.sfu.timers import Repeating, Timers

MAX_PRODUCERS = 16
MAX_CONSUMERS = 1024


class Room(Protocol):
    """What an endpoint needs of its router."""

    capabilities: RtpCapabilities
    timers: Timers
    departures: Departures
    levels: Levels
    loudest: Loudest
    notify: Callable[[Notification], None]
    producers: "dict[str, tuple[Endpoint, Producer]]"
    consumers: "dict[str, tuple[Endpoint, Consumer]]"
    endpoints: "dict[str, Endpoint]"

    def free_ssrc(self) -> int: ...
    def forget_ssrc(self, ssrc: int) -> None: ...
    def speaker_cname(self) -> str | None: ...


class Endpoint:
    """One transport's producers and consumers (made by `Router.add_transport`).

    `now` is monotonic seconds, the same clock for every call. `arrival` is the kernel's receive time in
    seconds; only differences count, so its epoch is free (but one for the process).
    """

    __slots__ = (
        "_by_ssrc",
        "_closed",
        "_connected",
        "_demux",
        "_downlink",
        "_ended",
        "_feedback",
        "_feedback_ssrc",
        "_feedbacks",
        "_mids",
        "_room",
        "_sender",
        "_ssrc",
        "_transport_cc_id",
        "changed_at",
        "cname",
        "consumers",
        "id",
        "malformed",
        "producers",
        "unknown",
    )

    def __init__(self, endpoint_id: str, room: Room, sender: Sender, now: float) -> None:
        self.id = endpoint_id
        self.cname = secrets.token_urlsafe(12)
        self.producers: dict[str, Producer] = {}
        self.consumers: dict[str, Consumer] = {}
        self.changed_at = now
        self.malformed = 0
        self.unknown = 0
        self._room = room
        self._sender = sender
        self._closed = False
        self._connected = False
        self._ssrc = room.free_ssrc()
        self._mids = 0
        self._demux = Demux()
        self._by_ssrc: dict[int, Consumer] = {}
        self._transport_cc_id = 0
        self._feedback = FeedbackGenerator(self._ssrc)
        self._feedback_ssrc = 0
        self._feedbacks = Repeating(room.timers, INTERVAL, self._send_feedback)
        self._ended = (0, 0)
        self._downlink = DownlinkAdapter(room.timers, self.consumers, room.speaker_cname)

    # The hot path.

    def receive_rtp(self, data: bytes | bytearray, arrival: float, now: float) -> None:
        """Take one decrypted RTP packet. Never raises: what is malformed or unknown is counted."""
        try:
            packet = RtpPacket(data)
        except ValueError:
            self.malformed += 1
            return
        # Media may come before `produce`: what nobody has announced is neither acknowledged nor an error.
        route = self._demux.find(packet)
        if route is None:
            self.unknown += 1
            return
        number = packet.extensions.get(self._transport_cc_id)
        if number is not None and len(number) == 2:
            self._feedback.received(number[0] << 8 | number[1], arrival)
            self._feedback_ssrc = packet.ssrc
            if not self._feedbacks.running:
                self._feedbacks.start(now)
        route[0].receive(route[1], packet, arrival, now)

    # RTCP.

    def receive_rtcp(self, data: bytes, now: float) -> None:
        """Take one decrypted RTCP compound. Never raises."""
        if self._downlink.skim(data, now):
            return
        try:
            reports = rtcp.parse(data)
        except ValueError:
            self.malformed += 1
            return
        for report in reports:
            if isinstance(report, rtcp.SenderReport | rtcp.ReceiverReport):
                self._receive_report(report, now)
            elif isinstance(report, rtcp.Nack):
                self._receive_nack(report, now)
            elif isinstance(report, rtcp.KeyFrameRequest):
                self._receive_key_frame_request(report, now)
            elif isinstance(report, rtcp.TransportFeedback):
                self._downlink.told(report, now)
            elif isinstance(report, rtcp.Remb):
                self._downlink.estimated(report.bitrate, now)

    def _receive_report(self, report: rtcp.SenderReport | rtcp.ReceiverReport, now: float) -> None:
        if isinstance(report, rtcp.SenderReport):
            route = self._demux.by_ssrc(report.ssrc)
            if route is not None:
                route[0].receive_report(report, now)
        ours = [(self._by_ssrc.get(block.ssrc), block) for block in report.blocks]
        for consumer, block in ours:
            if consumer is not None:
                consumer.receive_block(block, now)
        if any(consumer is not None for consumer, _ in ours):
            self._downlink.reported(now)

    def _receive_nack(self, report: rtcp.Nack, now: float) -> None:
        consumer = self._by_ssrc.get(report.ssrc)
        if consumer is not None:
            consumer.receive_nack(report.missing, now)

    def _receive_key_frame_request(self, report: rtcp.KeyFrameRequest, now: float) -> None:
        consumer = self._by_ssrc.get(report.ssrc)
        if consumer is not None:
            consumer.receive_key_frame_request(now)

    def _send_feedback(self, _now: float) -> bool:
        pending = self._feedback.pending
        for message in self._feedback.build(self._feedback_ssrc):
            self._sender.send_rtcp(message)
        return pending

    # Changes.

    def connected(self, now: float) -> None:
        """The transport can send now (call again after each reconnection): key frames are asked for."""
        self._connected = True
        for consumer in self.consumers.values():
            consumer.set_connected(now)

    def rerouted(self) -> None:
        """What is sent goes another way from now on, or none."""
        for consumer in self.consumers.values():
            consumer.regroup()

    def produce(self, producer_id: str, kind: str, rtp_parameters: object, paused: bool, now: float) -> None:
        """Begin to receive a track; `rtp_parameters` are decoded JSON.

        Raises `SfuError`: `bad_parameters`, `unsupported_codec`, `already_exists`, `too_many`, `mid_in_use`,
        `ssrc_in_use`.
        """
        if producer_id in self._room.producers:
            raise SfuError("already_exists", id=producer_id)
        if len(self.producers) >= MAX_PRODUCERS:
            raise SfuError("too_many", what="producers")
        published = ortc.published(ortc.read_kind(kind), rtp_parameters, self._room.capabilities)
        producer = Producer(
            producer_id,
            published,
            paused=paused,
            cname=self.cname,
            ssrc=self._ssrc,
            send_rtcp=self._sender.send_rtcp,
            timers=self._room.timers,
            departures=self._room.departures,
            levels=self._room.levels,
            loudest=self._room.loudest,
        )
        self._demux.add(producer)
        self._transport_cc_id = published.extensions.get(codecs.TRANSPORT_CC, self._transport_cc_id)
        self.producers[producer_id] = producer
        self._room.producers[producer_id] = (self, producer)
        self.changed_at = now

    def consume(
        self, consumer_id: str, producer_id: str, rtp_capabilities: object, now: float
    ) -> dict[str, Any]:
        """Begin, paused, to send a producer of this router to this transport.

        Returns `{"kind", "rtpParameters", "producerPaused"}` in plain JSON types. Raises `SfuError`:
        `not_found`, `bad_parameters`, `cannot_consume`, `already_exists`, `too_many`.
        """
        if consumer_id in self._room.consumers:
            raise SfuError("already_exists", id=consumer_id)
        if producer_id not in self._room.producers:
            raise SfuError("not_found", id=producer_id)
        if len(self.consumers) >= MAX_CONSUMERS:
            raise SfuError("too_many", what="consumers")
        producer = self._room.producers[producer_id][1]
        ssrc, rtx_ssrc = self._room.free_ssrc(), self._room.free_ssrc()
        try:
            received = ortc.received(
                producer.published,
                rtp_capabilities,
                producer=producer_id,
                mid=str(self._mids),
                ssrc=ssrc,
                rtx_ssrc=rtx_ssrc,
                cname=producer.cname,
            )
        except SfuError:
            self._room.forget_ssrc(ssrc)
            self._room.forget_ssrc(rtx_ssrc)
            raise
        if received.rtx_payload_type is None:
            self._room.forget_ssrc(rtx_ssrc)
        self._mids += 1
        consumer = Consumer(
            consumer_id, producer, received, self._sender, self._room.notify, self._downlink.delivery
        )
        self.consumers[consumer_id] = consumer
        self._room.consumers[consumer_id] = (self, consumer)
        for ssrc in (consumer.ssrc, consumer.rtx_ssrc):
            if ssrc:
                self._by_ssrc[ssrc] = consumer
        producer.add(consumer)
        if self._connected:
            consumer.set_connected(now)
        return {
            "kind": producer.kind,
            "rtpParameters": write(received.parameters),
            "producerPaused": producer.paused,
        }

    def close_consumer(self, consumer_id: str, now: float) -> None:
        """End a consumer of this endpoint; nobody is told."""
        consumer = self.consumers.pop(consumer_id)
        self._ended = self._ended[0] + consumer.packets, self._ended[1] + consumer.resent
        del self._room.consumers[consumer_id]
        consumer.producer.remove(consumer)
        for ssrc in (consumer.ssrc, consumer.rtx_ssrc):
            self._by_ssrc.pop(ssrc, None)
            self._room.forget_ssrc(ssrc)
        self._downlink.changed(now)

    def close_producer(self, producer_id: str, now: float) -> None:
        """End a producer of this endpoint, its consumers first: their owners hear `ConsumerClosed`."""
        producer = self.producers.pop(producer_id)
        del self._room.producers[producer_id]
        self._demux.remove(producer)
        for consumer in producer.consumers:
            self._room.consumers[consumer.id][0].close_consumer(consumer.id, now)
            self._room.notify(ConsumerClosed(consumer.id))
        self._room.levels.forget(producer_id)
        self._room.loudest.forget(producer_id)

    def close(self, now: float) -> None:
        """Close consumers, then producers (their consumers elsewhere are closed and told). Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._room.endpoints.pop(self.id, None)
        for consumer_id in list(self.consumers):
            self.close_consumer(consumer_id, now)
        for producer_id in list(self.producers):
            self.close_producer(producer_id, now)
            self._room.notify(ProducerClosed(producer_id))
        self._room.forget_ssrc(self._ssrc)

    @property
    def sent(self) -> tuple[int, int]:
        """Packets sent, and packets sent again, in all."""
        consumers = self.consumers.values()
        packets, resent = self._ended
        return packets + sum(one.packets for one in consumers), resent + sum(one.resent for one in consumers)

    @property
    def limit(self) -> float | None:
        """What the viewer's link is believed to carry, bits per second; None when it never was full."""
        return self._downlink.limit

    def stats(self, now: float) -> dict[str, Any]:
        """Counters, in plain types."""
        return {
            "quiet": now - self.changed_at,
            "malformed": self.malformed,
            "unknown": self.unknown,
            "limit": self._downlink.limit,
            "estimate": self._downlink.estimate,
            "producers": {name: producer.stats(now) for name, producer in self.producers.items()},
            "consumers": {name: consumer.stats() for name, consumer in self.consumers.items()},
        }
