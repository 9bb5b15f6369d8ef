import { FakeMediaStreamTrack } from "fake-mediastreamtrack";
import { Device, FakeHandler, testFakeParameters as fake } from "mediasoup-client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { figures, judge, NetworkCheck, type Step } from "../room/probe.ts";

describe("the verdict", () => {
  const found = { connected: true, uplink: 900_000, roundTrip: 0.05 };

  test("media that do not pass are told first", () => {
    expect(judge({ connected: false, uplink: null, roundTrip: null })).toBe("blocked");
  });

  test("a thin or a slow line is told", () => {
    expect(judge({ ...found, uplink: 200_000 })).toBe("slow");
    expect(judge({ ...found, roundTrip: 1.2 })).toBe("slow");
  });

  test("what the browser does not tell is no fault", () => {
    expect(judge(found)).toBe("good");
    expect(judge({ connected: true, uplink: null, roundTrip: null })).toBe("good");
  });

  test("the figures are those of the pair in use, and a voice measures no speed", () => {
    const report = new Map<string, unknown>([
      ["a", { type: "candidate-pair", nominated: false, availableOutgoingBitrate: 1 }],
      ["b", { type: "candidate-pair", nominated: true, availableOutgoingBitrate: 500_000, currentRoundTripTime: 0.1 }],
    ]);
    expect(figures(report, "video")).toEqual({ uplink: 500_000, roundTrip: 0.1 });
    expect(figures(report, "audio")).toEqual({ uplink: null, roundTrip: 0.1 });
    expect(figures(new Map(), "video")).toEqual({ uplink: null, roundTrip: null });
  });
});

describe("the check", () => {
  const track = new FakeMediaStreamTrack({ kind: "video" }) as unknown as MediaStreamTrack;
  const opened = (): unknown => ({
    ...fake.generateTransportRemoteParameters(),
    routerRtpCapabilities: fake.generateRouterRtpCapabilities(),
  });
  let steps: string[];
  let check: NetworkCheck;
  let answer: (step: Step) => unknown;

  beforeEach(() => {
    vi.useFakeTimers();
    steps = [];
    answer = ({ step }) => (step === "open" ? opened() : { id: "p" });
    const ask = (step: Step): Promise<unknown> => {
      steps.push(step.step);
      return Promise.resolve().then(() => answer(step));
    };
    check = new NetworkCheck(ask, () => new Device({ handlerFactory: FakeHandler.createFactory(fake) }));
  });
  afterEach(() => vi.useRealTimers());

  test("nothing that comes through in seven seconds is a network that lets no media through", async () => {
    const running = check.run(track);
    expect(check.verdict.value).toBe("checking");
    await vi.advanceTimersByTimeAsync(7_000);
    await running;
    expect(steps).toEqual(["open", "connect", "produce"]);
    expect(check.verdict.value).toBe("blocked");
  });

  test("a server that cannot be asked says nothing about the network", async () => {
    answer = () => {
      throw new Error("probe: 503");
    };
    await check.run(track);
    expect(check.verdict.value).toBeNull();
  });

  test("whoever goes in meanwhile hears no verdict", async () => {
    const running = check.run(track);
    await vi.advanceTimersByTimeAsync(100);
    check.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    await running;
    expect(check.verdict.value).toBeNull();
  });
});
