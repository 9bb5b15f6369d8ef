import { describe, expect, test } from "vitest";
import { familyOf, look, NOTHING, seenBetween, type Around, type Statistics } from "../room/seen.ts";

type Entry = { id: string; type: string } & Record<string, unknown>;
const report = (...entries: Entry[]): Statistics => entries.map((entry) => [entry.id, entry]);

const pair = (more = {}): Entry => ({
  id: "P",
  type: "candidate-pair",
  localCandidateId: "L",
  currentRoundTripTime: 0.05,
  availableOutgoingBitrate: 1_200_000,
  ...more,
});
const way = (more = {}): Entry[] => [
  { id: "T", type: "transport", selectedCandidatePairId: "P" },
  pair({ id: "old", localCandidateId: "none", currentRoundTripTime: 9, nominated: true }),
  pair(),
  { id: "L", type: "local-candidate", candidateType: "host", protocol: "udp", ...more },
];
const sends = (packetsSent: number, packetsLost: number, cpu = 0): Entry[] => [
  { id: "O", type: "outbound-rtp", kind: "video", packetsSent, qualityLimitationDurations: { cpu, bandwidth: 1 } },
  { id: "R", type: "remote-inbound-rtp", kind: "video", localId: "O", packetsLost },
];
const picture = (more = {}): Entry => ({
  id: "V",
  type: "inbound-rtp",
  kind: "video",
  trackIdentifier: "track-v",
  packetsReceived: 1000,
  packetsLost: 0,
  frameHeight: 360,
  freezeCount: 0,
  totalFreezesDuration: 0,
  framesReceived: 250,
  framesDropped: 0,
  ...more,
});
const sound = (more = {}): Entry => ({
  id: "A",
  type: "inbound-rtp",
  kind: "audio",
  packetsReceived: 500,
  packetsLost: 0,
  totalSamplesReceived: 480_000,
  concealedSamples: 0,
  silentConcealedSamples: 0,
  ...more,
});
const around: Around = { layer: 1, starved: 0, held: new Set(), browser: "chrome", screen: false };
const TEN = 10_000;

describe("what was seen", () => {
  test("of both directions since the beginning, when nothing was seen before", () => {
    const now = look(report(picture({ packetsLost: 10 }), sound(), ...way()), report(...sends(800, 40, 2.5), ...way()));
    expect(seenBetween(NOTHING, now, TEN, around)).toEqual({
      seconds: 10,
      up_packets: 800,
      up_lost: 40,
      down_packets: 1510,
      down_lost: 10,
      round_trip_ms: 50,
      freezes: 0,
      frozen_ms: 0,
      sound_ms: 10_000,
      concealed_ms: 0,
      height: 360,
      layer: 1,
      starved: 0,
      outgoing_kbit: 1200,
      cpu_ms: 2500,
      frames: 250,
      frames_dropped: 0,
      way: "udp",
      browser: "chrome",
      screen: false,
    });
  });

  test("is what has grown since the last look, stream by stream", () => {
    const before = look(report(picture({ packetsReceived: 5000, framesReceived: 900 }), sound()), null);
    const other = picture({ id: "W", trackIdentifier: "track-w", packetsReceived: 100, framesReceived: 25, frameHeight: 720 });
    const now = look(report(picture({ packetsReceived: 6000, packetsLost: 50, framesReceived: 1150 }), other), null);
    const seen = seenBetween(before, now, TEN, around);
    expect(seen).toMatchObject({ down_packets: 1150, down_lost: 50, frames: 275, height: 720, sound_ms: 0 });
  });

  test("packets that came after all are no negative loss", () => {
    const before = look(report(picture({ packetsLost: 50 })), report(...sends(100, 30)));
    const now = look(report(picture({ packetsReceived: 1100, packetsLost: 20 })), report(...sends(200, 10)));
    expect(seenBetween(before, now, TEN, around)).toMatchObject({ down_lost: 0, up_lost: 0, up_packets: 100 });
    const first = look(report(picture({ packetsLost: -3 })), null);
    expect(seenBetween(NOTHING, first, TEN, around)?.down_lost).toBe(0);
  });

  test("the picture that stood still longest counts, and no longer than the time there was", () => {
    const still = picture({ freezeCount: 2, totalFreezesDuration: 3.25 });
    const stiller = picture({ id: "W", trackIdentifier: "track-w", freezeCount: 1, totalFreezesDuration: 14 });
    const both = look(report(still, stiller), null);
    expect(seenBetween(NOTHING, both, TEN, around)).toMatchObject({ freezes: 1, frozen_ms: 10_000 });
    const one = { ...around, held: new Set(["track-w"]) };
    expect(seenBetween(NOTHING, both, TEN, one)).toMatchObject({ freezes: 2, frozen_ms: 3250 });
  });

  test("sound that was made up is told, silence that nobody sent is not", () => {
    const made = sound({ concealedSamples: 48_000, silentConcealedSamples: 43_200 });
    expect(seenBetween(NOTHING, look(report(made), null), TEN, around)).toMatchObject({ concealed_ms: 100 });
    const muted = look(report(sound({ totalSamplesReceived: 960_000, concealedSamples: 470_000 })), null);
    const before = look(report(sound()), null);
    expect(seenBetween(before, muted, TEN, around)).toMatchObject({ sound_ms: 0, concealed_ms: 0 });
  });

  test("without a picture of mine nobody knows how much would fit", () => {
    const voice = { id: "O", type: "outbound-rtp", kind: "audio", packetsSent: 500 };
    expect(seenBetween(NOTHING, look(null, report(voice, ...way())), TEN, around)?.outgoing_kbit).toBeNull();
  });

  test.each([
    [{ protocol: "tcp" }, "tcp"],
    [{ candidateType: "relay", protocol: "udp" }, "relay"],
    [{}, "udp"],
  ])("the way is that of the pair in use: %o", (more, expected) => {
    expect(look(report(...way(more)), null).way).toBe(expected);
  });

  test("Firefox names the pair in use by itself", () => {
    const [, , , candidate] = way({ protocol: "tcp" });
    const entries = [pair({ id: "other", localCandidateId: "none" }), pair({ selected: true }), candidate as Entry];
    expect(look(report(...entries), null)).toMatchObject({ way: "tcp", roundTrip: 0.05 });
  });

  test("nothing known is said to be unknown", () => {
    expect(look(null, null)).toEqual(NOTHING);
    expect(seenBetween(NOTHING, NOTHING, TEN, around)).toMatchObject({ round_trip_ms: null, way: null, height: 0 });
  });

  test("a browser that slept tells nothing", () => {
    expect(seenBetween(NOTHING, NOTHING, 61_000, around)).toBeUndefined();
    expect(seenBetween(NOTHING, NOTHING, 400, around)).toBeUndefined();
    expect(seenBetween(NOTHING, NOTHING, 60_000, around)?.seconds).toBe(60);
  });
});

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "chrome"],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/138.0 YaBrowser/25.8.0.0 Safari/537.36", "yandex"],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "edge"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "firefox"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile Safari/604.1", "safari"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", "safari"],
  ["curl/8", "other"],
])("a browser's family: %s", (agent, family) => expect(familyOf(agent)).toBe(family));
