"""Which producer and layer a packet belongs to: by SSRC, and for new SSRCs by MID and RID (RFC 8843 §9.2, RFC
8852).
"""

from rooms.sfu import codecs
from rooms.sfu.layer import Layer
from rooms.sfu.params import SfuError
from rooms.sfu.producer import Producer
from rooms.sfu.rtp import RtpPacket

Route = tuple[Producer, Layer]


class Demux:
    """The routes of one transport. Simulcast declares no SSRCs: each is learned from the first packet that
    names it.

    A layer has at most one media and one retransmission SSRC at a time, so learning is bounded by what is
    produced.
    """

    __slots__ = (
        "_by_mid",
        "_by_ssrc",
        "_mid_id",
        "_rid_id",
        "_rrid_id",
    )

    def __init__(self) -> None:
        self._by_ssrc: dict[int, Route] = {}
        self._by_mid: dict[str, Producer] = {}
        self._mid_id = self._rid_id = self._rrid_id = 0

    def add(self, producer: Producer) -> None:
        """Expect a producer's packets. Raises `SfuError` with `mid_in_use` or `ssrc_in_use`, changing
        nothing.
        """
        published = producer.published
        if published.mid is not None and published.mid in self._by_mid:
            raise SfuError("mid_in_use", mid=published.mid)
        declared = [
            (ssrc, layer) for layer in producer.layers for ssrc in (layer.ssrc, layer.rtx_ssrc) if ssrc
        ]
        for ssrc, _ in declared:
            if ssrc in self._by_ssrc:
                raise SfuError("ssrc_in_use", ssrc=ssrc)
        for ssrc, layer in declared:
            self._by_ssrc[ssrc] = (producer, layer)
        if published.mid is not None:
            self._by_mid[published.mid] = producer
        # Under BUNDLE one number means one extension in all media sections (RFC 8843 §7.1).
        self._mid_id = published.extensions.get(codecs.MID, self._mid_id)
        self._rid_id = published.extensions.get(codecs.RID, self._rid_id)
        self._rrid_id = published.extensions.get(codecs.RRID, self._rrid_id)

    def remove(self, producer: Producer) -> None:
        """Forget a producer and all that was learned of it."""
        for ssrc in [ssrc for ssrc, route in self._by_ssrc.items() if route[0] is producer]:
            del self._by_ssrc[ssrc]
        if producer.published.mid is not None:
            self._by_mid.pop(producer.published.mid, None)

    def find(self, packet: RtpPacket) -> Route | None:
        """The packet's route; learns it when the packet names it. None for what nobody has announced."""
        return self._by_ssrc.get(packet.ssrc) or self._learn(packet)

    def by_ssrc(self, ssrc: int) -> Route | None:
        """The route of a known SSRC."""
        return self._by_ssrc.get(ssrc)

    def _learn(self, packet: RtpPacket) -> Route | None:
        producer = self._by_mid.get(_text(packet, self._mid_id))
        if producer is None:
            return None
        repaired = _text(packet, self._rrid_id)
        layer = _layer(producer, repaired or _text(packet, self._rid_id))
        if layer is None:
            return None
        if repaired or packet.payload_type == producer.published.rtx_payload_type:
            self._by_ssrc.pop(layer.rtx_ssrc, None)
            layer.rtx_ssrc = packet.ssrc
        elif packet.payload_type == producer.published.payload_type:
            self._learn_media(producer, layer, packet.ssrc)
        else:
            return None
        route = (producer, layer)
        self._by_ssrc[packet.ssrc] = route
        return route

    def _learn_media(self, producer: Producer, layer: Layer, ssrc: int) -> None:
        if layer.ssrc:
            self._by_ssrc.pop(layer.ssrc, None)
            producer.restart_layer(layer, ssrc)
        layer.ssrc = ssrc


def _text(packet: RtpPacket, number: int) -> str:
    return bytes(packet.extensions.get(number, b"")).decode("ascii", "replace") if number else ""


def _layer(producer: Producer, rid: str) -> Layer | None:
    if rid:
        return next((layer for layer in producer.layers if layer.rid == rid), None)
    return producer.layers[0] if len(producer.layers) == 1 else None
