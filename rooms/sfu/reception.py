"""What was received of one stream: the numbers of a receiver report (RFC 3550 §6.4.1, appendices A.3 and
A.8).
"""

from rooms.sfu.rtcp import ReportBlock, SenderReport

METER_WINDOW = 0.5
AVERAGING = 0.2  # for each window: about 2.5 s


class RateMeter:
    """Bits per second over the last half to whole second; `average` evens out the bursts of key frames."""

    __slots__ = ("_bytes", "_rate", "_since", "average")

    def __init__(self) -> None:
        self.average = 0.0
        self._bytes = 0
        self._rate = 0.0
        self._since = float("-inf")

    def add(self, size: int, now: float) -> None:
        """Count `size` bytes."""
        if now - self._since >= METER_WINDOW:
            self._roll(now)
        self._bytes += size

    def rate(self, now: float) -> float:
        """The rate now; 0 after a second of silence."""
        if now - self._since >= METER_WINDOW:
            self._roll(now)
        return self._rate

    def _roll(self, now: float) -> None:
        elapsed = now - self._since
        self._rate = 8 * self._bytes / elapsed if elapsed < 2 * METER_WINDOW else 0.0
        if self.average and self._rate:
            self.average += (self._rate - self.average) * AVERAGING
        else:
            self.average = self._rate
        self._bytes = 0
        self._since = now


class Reception:
    """Counts one stream's packets. Numbers are unwrapped; retransmissions are not counted."""

    __slots__ = (
        "_clock_rate",
        "_expected_before",
        "_first",
        "_highest",
        "_jitter",
        "_received",
        "_received_before",
        "_transit",
        "report",
        "report_at",
    )

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._first = -1
        self._highest = -1
        self._received = 0
        self._expected_before = 0
        self._received_before = 0
        self._transit: float | None = None
        self._jitter = 0.0
        self.report: SenderReport | None = None
        self.report_at = 0.0

    @property
    def came(self) -> int:
        """How many came at the first sending."""
        return self._received

    @property
    def received_any(self) -> bool:
        """Whether anything came since the last block."""
        return self._received != self._received_before

    @property
    def missing(self) -> int:
        """How many never came, or only when they were sent again."""
        return max(0, self._highest - self._first + 1 - self._received) if self._received else 0

    def received(self, number: int, timestamp: int, arrival: float) -> None:
        """Count a packet that arrived at `arrival` seconds."""
        if self._first < 0:
            self._first = number
        self._highest = max(self._highest, number)
        self._received += 1
        transit = arrival * self._clock_rate - timestamp
        if self._transit is not None:
            change = abs(transit - self._transit)
            # A wrapped timestamp or a jump of the clock is no jitter.
            if change < self._clock_rate:
                self._jitter += (change - self._jitter) / 16
        self._transit = transit

    def reported(self, report: SenderReport, now: float) -> None:
        """Keep the sender's report: times are mapped through it."""
        self.report = report
        self.report_at = now

    def block(self, ssrc: int, now: float) -> ReportBlock:
        """The report block of the interval since the last one."""
        expected = self._highest - self._first + 1
        interval = expected - self._expected_before
        lost = interval - (self._received - self._received_before)
        self._expected_before = expected
        self._received_before = self._received
        lsr = self.report.ntp >> 16 & 0xFFFFFFFF if self.report else 0
        dlsr = int((now - self.report_at) * 65536) if self.report else 0
        return ReportBlock(
            ssrc=ssrc,
            lost_share=max(0.0, lost / interval) if interval > 0 else 0.0,
            lost=expected - self._received,
            highest=self._highest,
            jitter=int(self._jitter),
            lsr=lsr,
            dlsr=min(dlsr, 0xFFFFFFFF),
        )
