/** What the browser saw of the call between two looks at its statistics (W3C webrtc-stats): numbers, no content. */
import type { Layer } from "./protocol.ts";

/** How media reach the server. */
export type Way = "udp" | "tcp" | "relay";
export type Family = "chrome" | "yandex" | "edge" | "opera" | "firefox" | "safari" | "other";

/** What goes to the server; docs/protocol.md tells each field. */
export type Seen = {
  seconds: number;
  up_packets: number;
  up_lost: number;
  down_packets: number;
  down_lost: number;
  round_trip_ms: number | null;
  freezes: number;
  frozen_ms: number;
  sound_ms: number;
  concealed_ms: number;
  height: number;
  layer: Layer | null;
  starved: number;
  outgoing_kbit: number | null;
  cpu_ms: number;
  frames: number;
  frames_dropped: number;
  way: Way | null;
  browser: Family;
  screen: boolean;
};

/** One stream's counters since its beginning. `track` is the received track's id. */
type Stream = {
  track: string | undefined;
  height: number;
  up: number;
  upLost: number;
  down: number;
  downLost: number;
  freezes: number;
  frozen: number;
  samples: number;
  concealed: number;
  cpu: number;
  frames: number;
  dropped: number;
  picture: boolean;
};

/** Everything that one look finds. */
export type Sight = {
  streams: ReadonlyMap<string, Stream>;
  roundTrip: number | null;
  outgoing: number | null;
  way: Way | null;
};

/** What the statistics do not know. Tracks that the server `held` back stand still on purpose. */
export type Around = {
  layer: Layer | null;
  starved: number;
  held: ReadonlySet<string>;
  browser: Family;
  screen: boolean;
};

type Entry = { id: string; type: string } & Record<string, unknown>;
export type Statistics = Iterable<[string, unknown]>;

export const NOTHING: Sight = { streams: new Map(), roundTrip: null, outgoing: null, way: null };
/** Opus is played at 48 kHz, whatever was recorded. */
const SAMPLES_PER_MS = 48;
const LONGEST_SECONDS = 60;

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const known = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

/** Reads the statistics of the transport that receives and of the one that sends; either may not be there. */
export function look(receiving: Statistics | null, sending: Statistics | null): Sight {
  const streams = new Map<string, Stream>();
  const entries = [receiving, sending].map((report) => [...(report ?? [])].map(([, entry]) => entry as Entry));
  entries.forEach((those, side) => {
    for (const entry of those) {
      const stream = streamOf(entry);
      if (stream) streams.set(`${side} ${entry.id}`, stream);
    }
  });
  const [down, up] = entries.map((those) => ({ those, pair: pairOf(those) }));
  return {
    streams,
    roundTrip: known(up?.pair?.["currentRoundTripTime"]) ?? known(down?.pair?.["currentRoundTripTime"]),
    outgoing: known(up?.pair?.["availableOutgoingBitrate"]),
    way: wayOf(down) ?? wayOf(up),
  };
}

/** What happened in between; undefined when the browser slept, for then nobody knows. */
export function seenBetween(before: Sight, now: Sight, ms: number, around: Around): Seen | undefined {
  const seconds = Math.round(ms / 1000);
  if (seconds < 1 || seconds > LONGEST_SECONDS) return undefined;
  const grown = [...now.streams].map(([id, stream]) => growth(before.streams.get(id), stream));
  const sum = (of: (stream: Stream) => number): number => Math.round(grown.reduce((all, one) => all + of(one), 0));
  const most = (of: (stream: Stream) => number): number => Math.max(0, ...grown.map(of));
  const watched = grown.filter(({ track }) => track === undefined || !around.held.has(track));
  const stillest = watched.reduce((worst, one) => (one.frozen > worst.frozen ? one : worst), { frozen: 0, freezes: 0 });
  const up = sum((one) => one.up);
  const down = sum((one) => one.down + one.downLost);
  const sounds = grown.filter(({ down: packets }) => packets > 0);
  const sound = Math.round(sounds.reduce((all, one) => all + one.samples, 0) / SAMPLES_PER_MS);
  const concealed = Math.round(sounds.reduce((all, one) => all + one.concealed, 0) / SAMPLES_PER_MS);
  const frames = sum((one) => one.frames);
  return {
    seconds,
    up_packets: up,
    up_lost: Math.min(up, sum((one) => one.upLost)),
    down_packets: down,
    down_lost: sum((one) => one.downLost),
    round_trip_ms: now.roundTrip === null ? null : Math.min(60_000, Math.round(now.roundTrip * 1000)),
    freezes: Math.min(1_000, stillest.freezes),
    frozen_ms: Math.min(seconds * 1000, Math.round(stillest.frozen * 1000)),
    sound_ms: sound,
    concealed_ms: Math.min(sound, concealed),
    height: most(({ height, down: packets }) => (packets > 0 ? height : 0)),
    layer: around.layer,
    starved: around.starved,
    // Without a picture to send the browser has no reason to find out how much would fit.
    outgoing_kbit: now.outgoing !== null && grown.some(({ picture, up: packets }) => picture && packets > 0)
      ? Math.round(now.outgoing / 1000)
      : null,
    cpu_ms: Math.min(seconds * 1000, Math.round(most(({ cpu }) => cpu) * 1000)),
    frames,
    frames_dropped: Math.min(frames, sum((one) => one.dropped)),
    way: now.way,
    browser: around.browser,
    screen: around.screen,
  };
}

function streamOf(entry: Entry): Stream | undefined {
  const nothing = { up: 0, upLost: 0, down: 0, downLost: 0, freezes: 0, frozen: 0, samples: 0, concealed: 0 };
  const stream = { ...nothing, track: undefined, height: 0, cpu: 0, frames: 0, dropped: 0, picture: entry["kind"] === "video" };
  if (entry.type === "outbound-rtp") {
    const limits = entry["qualityLimitationDurations"] as { cpu?: number } | undefined;
    return { ...stream, up: number(entry["packetsSent"]), cpu: number(limits?.cpu) };
  }
  if (entry.type === "remote-inbound-rtp") return { ...stream, upLost: number(entry["packetsLost"]) };
  if (entry.type !== "inbound-rtp") return undefined;
  return {
    ...stream,
    track: entry["trackIdentifier"] as string | undefined,
    height: number(entry["frameHeight"]),
    down: number(entry["packetsReceived"]),
    downLost: number(entry["packetsLost"]),
    freezes: number(entry["freezeCount"]),
    frozen: number(entry["totalFreezesDuration"]),
    samples: number(entry["totalSamplesReceived"]),
    // Silence that nobody sent is no loss.
    concealed: number(entry["concealedSamples"]) - number(entry["silentConcealedSamples"]),
    frames: number(entry["framesReceived"]),
    dropped: number(entry["framesDropped"]),
  };
}

/** Counters may also fall: packets that were given up and came after all. */
function growth(before: Stream | undefined, now: Stream): Stream {
  if (!before) return { ...now, upLost: Math.max(0, now.upLost), downLost: Math.max(0, now.downLost) };
  const by = (field: Counter): number => Math.max(0, now[field] - before[field]);
  const grown = Object.fromEntries(COUNTERS.map((field) => [field, by(field)])) as Record<Counter, number>;
  return { ...now, ...grown };
}

type Counter = (typeof COUNTERS)[number];
const COUNTERS = [
  "up",
  "upLost",
  "down",
  "downLost",
  "freezes",
  "frozen",
  "samples",
  "concealed",
  "cpu",
  "frames",
  "dropped",
] as const;

/** The pair in use: named by the transport, or (Firefox) by itself. */
function pairOf(entries: readonly Entry[]): Entry | undefined {
  const named = entries.find(({ type }) => type === "transport")?.["selectedCandidatePairId"];
  const pairs = entries.filter(({ type }) => type === "candidate-pair");
  return pairs.find(({ id }) => id === named) ?? pairs.find((pair) => pair["selected"] === true || pair["nominated"] === true);
}

function wayOf(side: { those: readonly Entry[]; pair: Entry | undefined } | undefined): Way | null {
  const local = side?.those.find(({ id }) => id === side.pair?.["localCandidateId"]);
  if (!local) return null;
  if (local["candidateType"] === "relay") return "relay";
  return local["protocol"] === "tcp" ? "tcp" : "udp";
}

const FAMILIES: readonly [RegExp, Family][] = [
  // Every browser of an iPhone or iPad is Safari inside.
  [/iPhone|iPad/, "safari"],
  [/YaBrowser\//, "yandex"],
  [/Edg\//, "edge"],
  [/OPR\//, "opera"],
  [/Firefox\//, "firefox"],
  [/Chrome\//, "chrome"],
  [/Safari\//, "safari"],
];

export function familyOf(userAgent: string): Family {
  return FAMILIES.find(([sign]) => sign.test(userAgent))?.[1] ?? "other";
}
