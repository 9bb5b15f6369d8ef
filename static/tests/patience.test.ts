/** Who is silent hears through a deeper buffer: by steps, once something has come, and never while answering. */
import { Device, FakeHandler, testFakeParameters as fake } from "mediasoup-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Producer } from "../room/protocol.ts";
import { Receiving } from "../room/receiving.ts";
import { camera, teacher } from "./people.ts";
import { FakeWire } from "./wire.ts";

const LOOK_MS = 3_000;
const voice: Producer = { id: "a1", peer: teacher.id, kind: "audio", source: "microphone", paused: false };
const screen: Producer = { ...camera("s1", teacher), source: "screen" };

let receiving: Receiving;
let wire: FakeWire;
let comes: boolean;
let receivers: { jitterBufferTarget: number | null }[];

/** The receivers of what is consumed, in this order; of a browser that cannot wait when `able` is false. */
async function receive(producers: Producer[], able = true): Promise<void> {
  const factory = FakeHandler.createFactory(fake);
  const make: typeof factory.factory = (options) => {
    const handler = factory.factory(options);
    const original = handler.receive.bind(handler);
    vi.spyOn(handler, "receive").mockImplementation(async (asked) =>
      (await original(asked)).map((made, at) => {
        const receiver = able ? { jitterBufferTarget: null } : {};
        // mediasoup-client receives a stream of probes besides.
        if (asked[at]?.trackId !== "probator") receivers.push(receiver as { jitterBufferTarget: null });
        return { ...made, rtpReceiver: receiver as RTCRtpReceiver };
      }),
    );
    vi.spyOn(handler, "getReceiverStats").mockImplementation(
      async () => new Map(comes ? [["i", { type: "inbound-rtp", packetsReceived: 9 }]] : []) as RTCStatsReport,
    );
    return handler;
  };
  const device = new Device({ handlerFactory: { ...factory, factory: make } });
  await device.load({ routerRtpCapabilities: fake.generateRouterRtpCapabilities() });
  receiving.expect(producers);
  void receiving.start(device);
  await vi.advanceTimersByTimeAsync(0);
}

const targets = (): (number | null)[] => receivers.map(({ jitterBufferTarget }) => jitterBufferTarget);
const look = (): Promise<unknown> => vi.advanceTimersByTimeAsync(LOOK_MS);

beforeEach(() => {
  vi.useFakeTimers();
  wire = new FakeWire();
  wire.up = true;
  receivers = [];
  comes = true;
  wire.answer("transport.create", () => {
    const { id: _, ...parameters } = fake.generateTransportRemoteParameters();
    return { id: "t", ...parameters, iceServers: [] };
  });
  wire.answer("consume", ({ producer }) => {
    const codecMimeType = producer.startsWith("a") ? "audio/opus" : "video/VP8";
    const { kind, rtpParameters } = fake.generateConsumerRemoteParameters({ codecMimeType });
    return { id: `c-${producer}`, producer, kind, rtpParameters, producer_paused: false } as never;
  });
  receiving = new Receiving(wire, { lost: () => undefined, passes: () => undefined });
});
afterEach(() => vi.useRealTimers());

test("voices and faces of whom I only listen to come later by steps, a shared screen at once", async () => {
  receiving.answer(false);
  await receive([voice, camera("v1", teacher), screen]);
  expect(targets()).toEqual([null, null, null]);
  await look();
  expect(targets()).toEqual([null, null, null]);
  await look();
  expect(targets()).toEqual([120, 120, null]);
  await look();
  await look();
  await look();
  expect(targets()).toEqual([350, 350, null]);
});

test("as soon as I can be heard nothing waits any more", async () => {
  receiving.answer(false);
  await receive([voice, camera("v1", teacher)]);
  for (let n = 0; n < 4; n += 1) await look();
  expect(targets()).toEqual([350, 350]);
  receiving.answer(true);
  expect(targets()).toEqual([null, null]);
  await look();
  expect(targets()).toEqual([null, null]);
});

test("whoever speaks from the beginning waits for nothing", async () => {
  await receive([voice]);
  for (let n = 0; n < 4; n += 1) await look();
  expect(targets()).toEqual([null]);
});

test("the first picture is not to come later", async () => {
  comes = false;
  receiving.answer(false);
  await receive([camera("v1", teacher)]);
  for (let n = 0; n < 4; n += 1) await look();
  expect(targets()).toEqual([null]);
});

test("a browser that cannot wait is left alone", async () => {
  receiving.answer(false);
  await receive([voice], false);
  for (let n = 0; n < 4; n += 1) await look();
  expect(receivers).toEqual([{}]);
});
