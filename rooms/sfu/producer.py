"""A producer: one track that a publisher sends, in one or more layers."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rooms.sfu import codecs, fanout, ortc, resend, rtcp, rtp
from rooms.sfu.burst import MAX_PLAIN, Burst
from rooms.sfu.consumer import Consumer
from rooms.sfu.departures import Departures
from rooms.sfu.layer import Layer
from rooms.sfu.levels import Levels
from rooms.sfu.loudest import Loudest
from rooms.sfu.rtp import MediaPacket, RtpPacket, Vp8
from rooms.sfu.timers import Repeating, Timers

logger = logging.getLogger(__name__)

NACK_SECONDS = 0.02
CHECK_SECONDS = 0.1
REPORT_SECONDS = 1.0
ONSET_PACKETS = 3  # 60 ms
MAX_TOLD_LOSS = 0.2  # of viewers: what no FEC mends must not cost the others their quality


class Producer:
    """Receives a track, mends its losses, and hands each packet once to each viewer of its layer."""

    __slots__ = (
        "_admitted",
        "_checks",
        "_copied",
        "_departures",
        "_forwarded",
        "_level_id",
        "_levels",
        "_loudest",
        "_nacks",
        "_reports",
        "_requests",
        "_send_rtcp",
        "_simulcast",
        "_ssrc",
        "_video",
        "cname",
        "consumers",
        "crowded",
        "dropped",
        "id",
        "kind",
        "layers",
        "paused",
        "published",
    )

    def __init__(
        self,
        producer_id: str,
        published: ortc.Published,
        *,
        paused: bool,
        cname: str,
        ssrc: int,
        send_rtcp: Callable[[bytes], None],
        timers: Timers,
        departures: Departures,
        levels: Levels,
        loudest: Loudest,
    ) -> None:
        self.id = producer_id
        self.kind = published.kind
        self.published = published
        self.paused = paused
        self.cname = cname
        self.layers = [
            Layer(index, encoding, published.codec.clock_rate, resend.CAPACITY[published.kind])
            for index, encoding in enumerate(published.encodings)
        ]
        self.consumers: list[Consumer] = []
        self.dropped = 0
        self._ssrc = ssrc
        self._send_rtcp = send_rtcp
        self.crowded = False
        self._departures = departures
        self._levels = levels
        self._loudest = loudest
        self._forwarded = -1
        self._admitted = False
        self._video = published.kind == "video"
        self._simulcast = len(self.layers) > 1
        self._level_id = published.extensions.get(codecs.AUDIO_LEVEL)
        self._copied = [
            (published.extensions[uri], ours)
            for uri, ours in (
                (codecs.ORIENTATION, codecs.ORIENTATION_ID),
                (codecs.PLAYOUT_DELAY, codecs.PLAYOUT_DELAY_ID),
            )
            if uri in published.extensions
        ]
        self._nacks = Repeating(timers, NACK_SECONDS, self._ask_missing)
        self._requests = Repeating(timers, CHECK_SECONDS, self._repeat_requests)
        self._reports = Repeating(timers, REPORT_SECONDS, self._report)
        self._checks = Repeating(timers, CHECK_SECONDS, self._check_layers)

    # The hot path.

    def receive(self, layer: Layer, packet: RtpPacket, arrival: float, now: float) -> None:
        """Take one packet of one layer, or a retransmission of one."""
        if packet.payload_type == self.published.payload_type:
            newest = layer.numbers.highest
            number = layer.numbers.unwrap(packet.sequence)
            if number > newest:
                self._count(layer, packet, number, arrival, now)
            elif layer.has(number):
                self.dropped += 1
                return
            elif not layer.nack.asked(number):
                self._count(layer, packet, number, arrival, now)
            self._accept(layer, packet, packet.payload_offset, number, False, now)
        elif packet.payload_type == self.published.rtx_payload_type:
            self._receive_rtx(layer, packet, now)
        else:
            self.dropped += 1

    def _receive_rtx(self, layer: Layer, packet: RtpPacket, now: float) -> None:
        """Unwrap a retransmission (RFC 4588 §4); most are probes, whose originals came long ago."""
        at = packet.payload_offset
        if packet.payload_end - at <= 2:
            return
        number = layer.numbers.unwrap(packet.data[at] << 8 | packet.data[at + 1])
        if not layer.has(number):
            self._accept(layer, packet, at + 2, number, True, now)

    def _count(self, layer: Layer, packet: RtpPacket, number: int, arrival: float, now: float) -> None:
        layer.reception.received(number, packet.timestamp, arrival)
        layer.meter.add(len(packet.data), now)
        if not self._reports.running:
            self._reports.start(now)
        if self._simulcast and not self._checks.running:
            self._checks.start(now)

    def _accept(
        self, layer: Layer, packet: RtpPacket, offset: int, number: int, retransmitted: bool, now: float
    ) -> None:
        media = self._media(packet, offset, number, now)
        if media is None:
            return
        layer.cache.store(media)
        self._note_losses(layer, number, now)
        if media.keyframe:
            self._note_key_frame(layer, media, now)
        if not retransmitted and layer.arrived(media, now):
            self.layers_changed(now)
        if self.paused or self.crowded:
            return
        if self._admitted:
            self._forward_onset(layer, number, now)
        self._forwarded = max(self._forwarded, number)
        if media.keyframe:
            # Whoever goes over to this layer at its key frame has been sent all of the other one before.
            for other in self.layers:
                self.forward(other, now)
        self._departures.add(self, layer, media, now)

    def _forward_onset(self, layer: Layer, number: int, now: float) -> None:
        """The sounds just before the one that was loud enough: a word begins softly."""
        self._admitted = False
        for earlier in range(max(number - ONSET_PACKETS, self._forwarded + 1), number):
            kept = layer.cache.find(earlier)
            if kept is not None:
                self._departures.add(self, layer, kept, now)

    def forward(self, layer: Layer, now: float) -> None:
        """Send the packets of a layer that wait, viewer by viewer."""
        packets, layer.waiting = layer.waiting, []
        if not packets:
            return
        burst = Burst(layer, packets, now)
        fanout.send(layer, burst, lambda consumer: self._consumer_failed(consumer, len(packets)))
        if packets[0].keyframe:
            # Whoever joined the layer since the key frame came has been sent it too.
            layer.keyframes.arrived(now)

    def _media(self, packet: RtpPacket, offset: int, number: int, now: float) -> MediaPacket | None:
        payload = packet.data[offset : packet.payload_end]
        vp8: Vp8 | None = None
        if self._video:
            if payload:
                try:
                    vp8 = Vp8(payload)
                except ValueError:
                    self.dropped += 1
                    return None
            elements = self._video_elements(packet) if packet.extensions else b""
        else:
            elements = self._audio_elements(packet, now)
        media = MediaPacket(packet, payload, number, rtp.extension_block(now, elements), vp8)
        if len(media.buffer) > MAX_PLAIN:
            self.dropped += 1
            return None
        return media

    def _audio_elements(self, packet: RtpPacket, now: float) -> bytes:
        value = packet.extensions.get(self._level_id) if self._level_id else None
        if not value:
            return b""
        if not self.paused:
            self._hear(value[0] & 0x7F, now)
        return rtp.element(codecs.AUDIO_LEVEL_ID, value[:1])

    def _hear(self, level: int, now: float) -> None:
        self._levels.heard(self.id, level, now)
        self._loudest.heard(self.id, level, now)
        placed = self._loudest.has(self.id)
        if self.crowded and placed:
            self.crowded = False
            self._admitted = True
            self.layers_changed(now)
        elif not self.crowded and not placed:
            self.crowd_out(now)

    def _video_elements(self, packet: RtpPacket) -> bytes:
        elements = b""
        for theirs, ours in self._copied:
            value = packet.extensions.get(theirs)
            if value and len(value) <= 4:
                elements += rtp.element(ours, value)
        return elements

    def _note_losses(self, layer: Layer, number: int, now: float) -> None:
        if not self.published.nack:
            return
        nack = layer.nack
        nack.received(number, now)
        if nack.missing:
            if nack.urgent:
                self._send_nack(layer, now)
            self._nacks.start(now)

    def _note_key_frame(self, layer: Layer, packet: MediaPacket, now: float) -> None:
        layer.keyframes.arrived(now)
        layer.nack.keyframe(packet.number)
        if packet.size != (layer.width, layer.height):
            layer.width, layer.height = packet.size
            self.layers_changed(now)

    def _consumer_failed(self, consumer: Consumer, packets: int) -> None:
        first = not consumer.failed
        consumer.failed += packets
        if first:
            logger.exception("consumer %s of producer %s failed", consumer.id, self.id)

    # What is said to the publisher.

    def want_key_frame(self, layer: Layer, now: float) -> None:
        """Ask for a key frame, at once or within 300 ms, until one comes."""
        if layer.keyframes.wish(now):
            self._send_request(layer)
        if layer.keyframes.waiting:
            self._requests.start(now)

    def _send_request(self, layer: Layer) -> None:
        # A layer that has not been heard has no SSRC yet; it begins with a key frame anyhow.
        if layer.ssrc:
            self._send_rtcp(rtcp.picture_loss(self._ssrc, layer.ssrc))

    def _repeat_requests(self, now: float) -> bool:
        for layer in self.layers:
            if not layer.consumers:
                layer.keyframes.cancel()
            elif layer.keyframes.due(now):
                self._send_request(layer)
        return any(layer.keyframes.waiting for layer in self.layers)

    def _ask_missing(self, now: float) -> bool:
        for layer in self.layers:
            if layer.nack:
                self._send_nack(layer, now)
        return any(layer.nack for layer in self.layers)

    def _send_nack(self, layer: Layer, now: float) -> None:
        gave_up = layer.nack.gave_up
        missing = layer.nack.due(now)
        if missing:
            self._send_rtcp(rtcp.nack(self._ssrc, layer.ssrc, missing))
        if self._video and layer.consumers and layer.nack.gave_up > gave_up:
            # No viewer can show what follows, and a browser would ask for that only after seconds.
            self.want_key_frame(layer, now)

    def _report(self, now: float) -> bool:
        heard = [layer for layer in self.layers if layer.reception.received_any]
        if not heard:
            return False
        blocks = [layer.reception.block(layer.ssrc, now) for layer in heard]
        if not self._video:
            worst = self._worst_loss()
            blocks = [replace(block, lost_share=max(block.lost_share, worst)) for block in blocks]
        self._send_rtcp(rtcp.receiver_report(self._ssrc, blocks))
        for consumer in self.consumers:
            if consumer.report_due:
                consumer.report(now)
        return True

    def _worst_loss(self) -> float:
        """Of the viewers: a browser puts as much FEC into its sound as the loss that it is told of needs.

        The number of lost packets stays the publisher's own: his rate is not to suffer for their links.
        """
        worst = max((one.lost_share for one in self.consumers if one.layer is not None), default=0.0)
        return min(worst, MAX_TOLD_LOSS)

    def _check_layers(self, now: float) -> bool:
        newest = max(layer.last_packet for layer in self.layers)
        died = [layer for layer in self.layers if layer.died(newest)]
        if died:
            self.layers_changed(now)
        return now - newest < REPORT_SECONDS

    # What changes.

    def receive_report(self, report: rtcp.SenderReport, now: float) -> None:
        """Keep a layer's SR."""
        for layer in self.layers:
            if layer.ssrc == report.ssrc:
                layer.reception.reported(report, now)

    def restart_layer(self, layer: Layer, ssrc: int) -> None:
        """A known layer comes under a new SSRC."""
        layer.restart(ssrc)
        for consumer in self.consumers:
            consumer.lose(layer)

    def crowd_out(self, now: float) -> None:
        """Others are louder: forward no sound until it is heard among them again."""
        self.crowded = True
        self.layers_changed(now)

    def pause(self, now: float) -> None:
        """Forward nothing."""
        self.paused = True
        self.crowded = self._admitted = False
        self._levels.forget(self.id)
        self._loudest.forget(self.id)
        self.layers_changed(now)

    def resume(self, now: float) -> None:
        """Forward again, from the next key frames on."""
        self.paused = False
        self.layers_changed(now)

    def layers_changed(self, now: float) -> None:
        """Layers live or died, or their sizes are known: let every viewer choose anew."""
        for consumer in self.consumers:
            consumer.update(now)

    def add(self, consumer: Consumer) -> None:
        """Serve one more viewer."""
        self.consumers = [*self.consumers, consumer]

    def remove(self, consumer: Consumer) -> None:
        """Serve one viewer less."""
        consumer.stop()
        self.consumers = [other for other in self.consumers if other is not consumer]

    def stats(self, now: float) -> dict[str, Any]:
        """Counters, in plain types."""
        return {
            "kind": self.kind,
            "paused": self.paused,
            "crowded": self.crowded,
            "dropped": self.dropped,
            "layers": [
                {
                    "rid": layer.rid,
                    "ssrc": layer.ssrc,
                    "alive": layer.alive,
                    "width": layer.width,
                    "height": layer.height,
                    "bitrate": int(layer.meter.rate(now)),
                    "missing": len(layer.nack),
                    "gave_up": layer.nack.gave_up,
                }
                for layer in self.layers
            ],
        }
