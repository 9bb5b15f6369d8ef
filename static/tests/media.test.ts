/** The real mediasoup-client Device on its fake browser, against a wire that answers as the server does. */
import { FakeMediaStreamTrack } from "fake-mediastreamtrack";
import { Device, FakeHandler, testFakeParameters as fake } from "mediasoup-client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Media } from "../room/media.ts";
import { cameraLayers } from "../room/publishing.ts";
import { Refusal, Unanswered } from "../room/wire.ts";
import { camera, ivan, snapshot, speaking, teacher } from "./people.ts";
import { FakeWire } from "./wire.ts";

const newDevice = (): Device => new Device({ handlerFactory: FakeHandler.createFactory(fake) });
const track = (kind: "audio" | "video"): MediaStreamTrack =>
  new FakeMediaStreamTrack({ kind }) as unknown as MediaStreamTrack;
const inside = (more = {}) => snapshot({ capabilities: fake.generateRouterRtpCapabilities(), ...more });

let wire: FakeWire;
let media: Media;
let lost: number;

beforeEach(() => {
  vi.useFakeTimers();
  wire = new FakeWire();
  wire.up = true;
  lost = 0;
  let made = 0;
  wire.answer("transport.create", () => {
    const { id: _, ...parameters } = fake.generateTransportRemoteParameters();
    return { id: `t${++made}`, ...parameters, iceServers: [] };
  });
  wire.answer("produce", ({ source }) => ({ id: `mine-${source}-${++made}` }));
  wire.answer("consume", ({ producer }) => {
    const codecMimeType = producer.startsWith("a") ? "audio/opus" : "video/VP8";
    const { kind, rtpParameters } = fake.generateConsumerRemoteParameters({ codecMimeType });
    return { id: `c-${producer}-${++made}`, producer, kind, rtpParameters, producer_paused: false } as never;
  });
  media = new Media(wire, () => (lost += 1), newDevice);
});
afterEach(() => vi.useRealTimers());

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

async function enter(more = {}): Promise<void> {
  const entering = media.enter(inside(more));
  await settle();
  await entering;
}

describe("receiving", () => {
  test("everything published is consumed, told its size and resumed", async () => {
    media.receiving.size("v1", { width: 640, height: 360 });
    await enter({ producers: [camera("v1", teacher)] });
    expect([...media.receiving.tracks.value.keys()]).toEqual(["v1"]);
    const consumer = wire.payloads("consumer.resume")[0]?.id ?? "";
    expect(wire.payloads("consumer.size")).toEqual([{ id: consumer, width: 640, height: 360 }]);
    const order = wire.asked.map(({ event }) => event);
    expect(order.indexOf("consumer.size")).toBeLessThan(order.indexOf("consumer.resume"));
  });

  test("one transport serves all consumers", async () => {
    await enter({ producers: [camera("v1", teacher), camera("v2", teacher)] });
    wire.push("producer.added", camera("v3", teacher));
    await settle();
    expect(wire.payloads("transport.create")).toEqual([{ direction: "recv" }]);
    expect(media.receiving.tracks.value.size).toBe(3);
  });

  test("a transport that nothing comes over is closed in time, and the next consumer gets another one", async () => {
    const answer = wire.replies.get("consume");
    wire.answer("consume", () => {
      throw new Error("not now");
    });
    await enter({ producers: [camera("v1", teacher)] });
    await settle(24_000);
    expect(wire.count("transport.create")).toBe(1);
    await settle(3_000);
    expect(wire.count("transport.create")).toBe(2);
    if (answer) wire.replies.set("consume", answer);
    await settle(2_000);
    const [first, last] = [wire.payloads("consume")[0], wire.payloads("consume").at(-1)];
    expect(last?.transport).not.toBe(first?.transport);
    expect(media.receiving.tracks.value.size).toBe(1);
    await settle(60_000);
    expect(wire.count("transport.create")).toBe(2);
  });

  test("my own producers are not consumed", async () => {
    await enter({ producers: [camera("v1", ivan)] });
    wire.push("producer.added", camera("v2", ivan));
    await settle();
    expect(wire.count("consume")).toBe(0);
  });

  test("a tile's size is told when it changes, and only then", async () => {
    await enter({ producers: [camera("v1", teacher)] });
    const before = wire.count("consumer.size");
    media.receiving.size("v1", { width: 320, height: 180 });
    media.receiving.size("v1", { width: 320, height: 180 });
    media.receiving.size("v1", { width: 0, height: 0 });
    await settle();
    expect(wire.payloads("consumer.size").slice(before).map(({ width }) => width)).toEqual([320, 0]);
  });

  test("a size that the server could not take is told again, one that it refused is not", async () => {
    await enter({ producers: [camera("v1", teacher)] });
    const before = wire.count("consumer.size");
    const answer = wire.replies.get("consumer.size");
    wire.answer("consumer.size", () => {
      throw new Refusal("flood");
    });
    media.receiving.size("v1", { width: 320, height: 180 });
    await settle();
    wire.answer("consumer.size", () => {
      throw new Refusal("not_found");
    });
    await settle(60_000);
    if (answer) wire.replies.set("consumer.size", answer);
    expect(wire.payloads("consumer.size").slice(before).map(({ width }) => width)).toEqual([320, 320]);
  });

  test("a producer that is removed takes its track away", async () => {
    await enter({ producers: [camera("v1", teacher)] });
    wire.push("producer.removed", { id: "v1" });
    expect(media.receiving.tracks.value.size).toBe(0);
  });

  test("a producer removed while it is being consumed leaves nothing", async () => {
    await enter();
    wire.push("producer.added", camera("v1", teacher));
    wire.push("producer.removed", { id: "v1" });
    await settle();
    expect(media.receiving.tracks.value.size).toBe(0);
    expect(wire.count("consumer.resume")).toBe(0);
  });

  test("what is published while the device is made ready is consumed, what ends meanwhile is not", async () => {
    const entering = media.enter(inside({ producers: [camera("v1", teacher)] }));
    wire.push("producer.added", camera("v2", teacher));
    wire.push("producer.removed", { id: "v1" });
    await settle();
    await entering;
    expect(wire.payloads("consume").map(({ producer }) => producer)).toEqual(["v2"]);
    expect([...media.receiving.tracks.value.keys()]).toEqual(["v2"]);
  });

  test("an unanswered consume is asked again", async () => {
    await enter();
    const answer = wire.replies.get("consume");
    wire.answer("consume", () => {
      throw new Unanswered();
    });
    wire.push("producer.added", camera("v1", teacher));
    await settle();
    if (answer) wire.replies.set("consume", answer);
    await settle(2_000);
    expect(media.receiving.tracks.value.size).toBe(1);
  });

  test("the last pictures stay over a reconnection and are then replaced", async () => {
    await enter({ producers: [camera("v1", teacher)] });
    const before = media.receiving.tracks.value.get("v1")?.track;
    media.leave();
    expect(media.receiving.tracks.value.get("v1")?.track).toBe(before);
    await enter({ producers: [camera("v1", teacher)] });
    expect(media.receiving.tracks.value.get("v1")?.track).not.toBe(before);
    expect(wire.count("transport.create")).toBe(2);
  });

  test("video held back although it is shown is said so", async () => {
    media.receiving.size("v1", { width: 640, height: 360 });
    await enter({ producers: [camera("v1", teacher)] });
    const id = wire.payloads("consumer.resume")[0]?.id ?? "";
    wire.push("consumer.layer", { id, layer: null });
    await settle(2_900);
    expect(media.receiving.starved.value.size).toBe(0);
    await settle(200);
    expect([...media.receiving.starved.value]).toEqual(["v1"]);
    wire.push("consumer.layer", { id, layer: 1 });
    expect(media.receiving.starved.value.size).toBe(0);
  });
});

describe("publishing", () => {
  const wish = (paused = false): Promise<void> => media.publishing.wish("microphone", { track: track("audio"), paused });

  test("what is wished before the room is sent when it opens", async () => {
    await wish(true);
    await enter();
    expect(wire.payloads("produce")).toMatchObject([{ source: "microphone", kind: "audio", paused: true }]);
  });

  test("the camera is sent in three layers, the screen in one", async () => {
    await enter();
    await media.publishing.wish("camera", { track: track("video"), paused: false });
    await media.publishing.wish("screen", { track: track("video"), paused: false });
    const [first, second] = wire.payloads("produce");
    expect(first?.rtpParameters.encodings).toHaveLength(3);
    expect(second?.rtpParameters.encodings).toHaveLength(1);
    expect(wire.payloads("transport.create")).toEqual([{ direction: "send" }]);
  });

  test("without the right nothing is sent, with it at once", async () => {
    await wish();
    await enter({ rights: { ...speaking, publish_audio: false } });
    expect(wire.count("produce")).toBe(0);
    media.allow(speaking);
    await settle();
    expect(wire.count("produce")).toBe(1);
  });

  test("a right given while the device is made ready counts", async () => {
    await wish();
    const entering = media.enter(inside({ rights: { ...speaking, publish_audio: false } }));
    media.allow(speaking);
    await settle();
    await entering;
    expect(wire.count("produce")).toBe(1);
  });

  test("a right taken away closes the producer", async () => {
    await enter();
    await wish();
    media.allow({ ...speaking, publish_audio: false });
    await settle();
    expect(wire.count("producer.close")).toBe(1);
  });

  test("muting pauses, speaking resumes, the camera's end closes", async () => {
    const voice = track("audio");
    await enter();
    await media.publishing.wish("microphone", { track: voice, paused: false });
    await media.publishing.wish("microphone", { track: voice, paused: true });
    await media.publishing.wish("microphone", { track: voice, paused: false });
    await media.publishing.wish("microphone", null);
    const events = wire.asked.map(({ event }) => event).filter((event) => event.startsWith("produce"));
    expect(events).toEqual(["produce", "producer.pause", "producer.resume", "producer.close"]);
  });

  test("another device replaces the track without a new producer", async () => {
    await enter();
    await wish();
    await wish();
    expect(wire.count("produce")).toBe(1);
  });

  test("after a reconnection everything wished is sent anew", async () => {
    await enter();
    await wish();
    media.leave();
    await enter();
    expect(wire.count("produce")).toBe(2);
  });

  test("a refusal is kept for the screen to tell, and is not repeated", async () => {
    await enter();
    wire.answer("produce", () => {
      throw new Refusal("no_right");
    });
    await wish();
    await settle(60_000);
    expect(media.publishing.refused.value.get("microphone")).toBe("no_right");
    expect(wire.count("produce")).toBe(1);
  });

  test("media that is not there yet is asked for again", async () => {
    await enter();
    const answer = wire.replies.get("produce");
    wire.answer("produce", () => {
      throw new Refusal("media_unavailable");
    });
    await wish();
    if (answer) wire.replies.set("produce", answer);
    await settle(2_000);
    expect(wire.count("produce")).toBe(2);
    expect(media.publishing.refused.value.size).toBe(0);
  });

  test("a producer that the server closed is sent again when the rights say so, and not by itself", async () => {
    await enter();
    await wish();
    wire.push("producer.removed", { id: "mine-microphone-2" });
    await settle(60_000);
    expect(wire.count("produce")).toBe(1);
    media.allow(speaking);
    await settle();
    expect(wire.count("produce")).toBe(2);
  });
});

describe("what may be missing", () => {
  test("a chat has no media and asks for none", async () => {
    await enter({ capabilities: null });
    expect(wire.asked).toEqual([]);
  });

  test("a browser without WebRTC is told so", async () => {
    const old = new Media(wire, () => undefined, () => {
      throw new Error("device not supported");
    });
    await old.enter(inside());
    expect(old.unable.value).toBe(true);
  });
});

describe("a transport that falters", () => {
  const handler = (): FakeHandler => {
    const [transport] = transports;
    return transport as FakeHandler;
  };
  const RENEWED = [{ urls: ["turn:turn.school.ru"], username: "2:7", credential: "b" }];
  let transports: FakeHandler[] = [];
  let servers: RTCIceServer[][] = [];

  beforeEach(() => {
    transports = [];
    servers = [];
    const factory = FakeHandler.createFactory(fake);
    const make: typeof factory.factory = (options) => {
      const made = factory.factory(options);
      transports.push(made as FakeHandler);
      vi.spyOn(made, "updateIceServers").mockImplementation(async (given) => void servers.push(given));
      return made;
    };
    media = new Media(wire, () => (lost += 1), () => new Device({ handlerFactory: { ...factory, factory: make } }));
    wire.answer("transport.restart_ice", () => ({
      iceParameters: fake.generateTransportRemoteParameters().iceParameters,
      iceServers: RENEWED,
    }));
  });

  test("is given two seconds, then an ICE restart", async () => {
    await enter({ producers: [camera("v1", teacher)] });
    handler().setConnectionState("disconnected");
    await settle(1_900);
    expect(wire.count("transport.restart_ice")).toBe(0);
    await settle(200);
    expect(wire.count("transport.restart_ice")).toBe(1);
    expect(servers).toEqual([RENEWED]);
    handler().setConnectionState("connected");
    await settle(60_000);
    expect(lost).toBe(0);
  });

  test("comes back by itself", async () => {
    await enter({ producers: [camera("v1", teacher)] });
    handler().setConnectionState("disconnected");
    handler().setConnectionState("connected");
    await settle(60_000);
    expect(wire.count("transport.restart_ice")).toBe(0);
  });

  test("is given up when the restart did not help", async () => {
    await enter({ producers: [camera("v1", teacher)] });
    handler().setConnectionState("failed");
    await settle();
    expect(wire.count("transport.restart_ice")).toBe(1);
    expect(media.blocked.value).toBe(false);
    await settle(8_000);
    expect(lost).toBe(1);
  });

  test("that is given up says that the network lets nothing through, until something passes", async () => {
    await enter({ producers: [camera("v1", teacher)] });
    handler().setConnectionState("failed");
    await settle(8_000);
    expect(media.blocked.value).toBe(true);
    media.leave();
    await enter({ producers: [camera("v1", teacher)] });
    expect(media.blocked.value).toBe(true);
    transports.at(-1)?.setConnectionState("connected");
    expect(media.blocked.value).toBe(false);
  });
});

describe("layers of a camera", () => {
  const heights = (width: number, height: number) =>
    cameraLayers({ width, height }).map((layer) => height / (layer.scaleResolutionDownBy ?? 1));

  test("are three for a large picture, and the largest is always the camera's own size", () => {
    expect(heights(1280, 720)).toEqual([180, 360, 720]);
    expect(heights(640, 360)).toEqual([180, 360]);
    expect(heights(640, 480)).toEqual([240, 480]);
    expect(heights(320, 240)).toEqual([240]);
  });

  test("are counted for a large picture when the browser does not tell its size", () => {
    expect(cameraLayers({})).toHaveLength(3);
  });
});
