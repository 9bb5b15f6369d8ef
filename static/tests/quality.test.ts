import { describe, expect, test } from "vitest";
import { whoFloats } from "../room/floating.ts";
import { countersOf, qualityOf, worse } from "../room/quality.ts";
import { camera, mother, teacher } from "./people.ts";

const counters = (received: number, lost = 0, frozen = 0) => ({ received, lost, frozen });

describe("the sign of a line", () => {
  test("nothing lost is good, a tenth lost is bad, something between is weak", () => {
    const before = counters(1000, 10);
    expect(qualityOf(before, counters(1100, 10), 3)).toBe("good");
    expect(qualityOf(before, counters(1095, 15), 3)).toBe("weak");
    expect(qualityOf(before, counters(1090, 20), 3)).toBe("bad");
  });

  test("a picture that stands still is bad, however few packets are lost", () => {
    expect(qualityOf(counters(0), counters(100, 0, 1), 3)).toBe("bad");
    expect(qualityOf(counters(0), counters(100, 0, 0.2), 3)).toBe("weak");
  });

  test("silence is no fault", () => {
    expect(qualityOf(counters(100, 5), counters(100, 5), 3)).toBeUndefined();
  });

  test("packets that came after all do not count as lost", () => {
    expect(qualityOf(counters(100, 20), counters(220, 0), 3)).toBe("good");
  });

  test("a person's line is as good as the worst of it", () => {
    expect(worse(undefined, "good")).toBe("good");
    expect(worse("weak", "good")).toBe("weak");
    expect(worse("weak", "bad")).toBe("bad");
  });

  test("the counters are those of the one stream that comes in", () => {
    const report = new Map<string, unknown>([
      ["c", { type: "codec" }],
      ["i", { type: "inbound-rtp", packetsReceived: 7, packetsLost: 2, totalFreezesDuration: 0.5 }],
    ]);
    expect(countersOf(report)).toEqual(counters(7, 2, 0.5));
    expect(countersOf(new Map())).toBeUndefined();
  });
});

describe("the floating picture", () => {
  const track = (id: string, peer = teacher) => ({ producer: camera(id, peer), track: {} as MediaStreamTrack });

  test("follows the speaker, stays in silence, and shows somebody at first", () => {
    const videos = [track("v1", teacher), track("v2", mother)];
    expect(whoFloats(videos, mother.id, null)).toBe(videos[1]);
    expect(whoFloats(videos, null, "v2")).toBe(videos[1]);
    expect(whoFloats(videos, 999, "v2")).toBe(videos[1]);
    expect(whoFloats(videos, null, "gone")).toBe(videos[0]);
    expect(whoFloats([], teacher.id, null)).toBeUndefined();
  });
});
