/** How good somebody's line is, for the sign on their tile: from what was lost and how long pictures stood still. */

export type Quality = "good" | "weak" | "bad";

/** Counters since the beginning: packets, and seconds in which the picture stood still. */
export type Counters = { received: number; lost: number; frozen: number };

const WEAK_LOSS = 0.03;
const BAD_LOSS = 0.1;
const WEAK_FREEZE = 0.05;
const BAD_FREEZE = 0.25;

/** Judges what came between two looks; undefined when nothing came, for silence is no fault. */
export function qualityOf(before: Counters, now: Counters, seconds: number): Quality | undefined {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  if (received <= 0 || seconds <= 0) return undefined;
  const loss = lost / (received + lost);
  const frozen = (now.frozen - before.frozen) / seconds;
  if (loss >= BAD_LOSS || frozen >= BAD_FREEZE) return "bad";
  return loss >= WEAK_LOSS || frozen >= WEAK_FREEZE ? "weak" : "good";
}

const ORDER: readonly Quality[] = ["good", "weak", "bad"];

/** A person's line is as good as the worst that comes over it. */
export const worse = (one: Quality | undefined, other: Quality): Quality =>
  one === undefined || ORDER.indexOf(other) > ORDER.indexOf(one) ? other : one;

type Inbound = { type: string; packetsReceived?: number; packetsLost?: number; totalFreezesDuration?: number };

/** The one stream of a consumer; undefined before the first packet. */
export function countersOf(report: Iterable<[string, unknown]>): Counters | undefined {
  for (const [, entry] of report) {
    const { type, packetsReceived = 0, packetsLost = 0, totalFreezesDuration = 0 } = entry as Inbound;
    if (type === "inbound-rtp") return { received: packetsReceived, lost: packetsLost, frozen: totalFreezesDuration };
  }
  return undefined;
}
