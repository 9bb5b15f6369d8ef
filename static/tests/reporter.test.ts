import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Reporter, type Sources } from "../room/reporter.ts";
import { FakeWire } from "./wire.ts";

let wire: FakeWire;
let received: number;
let fails: boolean;
let frozen: number;
const starved = signal<ReadonlySet<string>>(new Set());

const statistics = async (): Promise<RTCStatsReport> => {
  if (fails) throw new Error("closed");
  const video = { id: "V", type: "inbound-rtp", kind: "video", trackIdentifier: "t", packetsReceived: received };
  return new Map([["V", { ...video, freezeCount: 1, totalFreezesDuration: frozen }]]) as unknown as RTCStatsReport;
};
const sources = {
  receiving: { statistics, starved, consumers: () => [{ id: "c1", kind: "video", track: { id: "t" } }] },
  publishing: { statistics: async () => null, sends: () => true },
} as unknown as Sources;

beforeEach(() => {
  vi.useFakeTimers();
  wire = new FakeWire();
  wire.up = true;
  received = 1000;
  fails = false;
  frozen = 5;
  starved.value = new Set();
});
afterEach(() => vi.useRealTimers());

const reporter = (): Reporter => new Reporter(wire, sources, "firefox", () => Date.now());
const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);
const told = () => wire.payloads("quality.report");

test("every ten seconds inside are told, each time what has come since", async () => {
  const one = reporter();
  await pass(30);
  expect(told()).toEqual([]);
  one.run(true);
  await pass(9);
  expect(told()).toEqual([]);
  await pass(1);
  received = 1700;
  await pass(10);
  expect(told().map(({ seconds, down_packets }) => [seconds, down_packets])).toEqual([
    [10, 1000],
    [10, 700],
  ]);
  expect(told()[0]).toMatchObject({ browser: "firefox", screen: true, way: null });
});

test("outside nothing is told, and back inside the counting begins anew", async () => {
  const one = reporter();
  one.run(true);
  await pass(10);
  one.run(false);
  await pass(60);
  one.run(true);
  received = 40;
  await pass(10);
  expect(told().map(({ down_packets }) => down_packets)).toEqual([1000, 40]);
});

test("a report that is lost, and statistics that fail, are no reason to stop", async () => {
  reporter().run(true);
  wire.up = false;
  await pass(10);
  wire.up = true;
  fails = true;
  await pass(10);
  fails = false;
  received = 3000;
  await pass(10);
  expect(told().map(({ seconds, down_packets }) => [seconds, down_packets])).toEqual([
    [10, 1000],
    [20, 2000],
  ]);
});

test("the layer is told; a picture that the server held back stands still on purpose", async () => {
  reporter().run(true);
  wire.push("consumer.layer", { id: "c1", layer: 2 });
  await pass(10);
  expect(told()[0]).toMatchObject({ layer: 2, starved: 0, frozen_ms: 5000 });
  wire.push("consumer.layer", { id: "c1", layer: null });
  starved.value = new Set(["v1"]);
  await pass(10);
  expect(told()[1]).toMatchObject({ layer: null, starved: 1 });
  wire.push("consumer.layer", { id: "c1", layer: 0 });
  frozen = 14;
  await pass(10);
  expect(told()[2]).toMatchObject({ layer: 0, frozen_ms: 0 });
  frozen = 16;
  await pass(10);
  expect(told()[3]).toMatchObject({ layer: 0, frozen_ms: 2000 });
});
