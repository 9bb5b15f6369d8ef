/**
 * What I send. The wish ("camera on, this track") is kept apart from the producers on the server: every change of
 * either runs the same reconciliation, so a reconnection needs no code of its own.
 */
import { signal } from "@preact/signals";
import type { types } from "mediasoup-client";
import type { Rights, Source } from "./protocol.ts";
import { openTransport, type Fate } from "./transports.ts";
import { passes, Refusal, type Wire } from "./wire.ts";

export type Wish = { track: MediaStreamTrack; paused: boolean };

const RIGHT: Record<Source, keyof Rights> = {
  microphone: "publish_audio",
  camera: "publish_video",
  screen: "publish_screen",
};

/** Three layers: a thumbnail, a tile of a grid, a large picture. Bit rates as VP8 needs them for faces. */
const CAMERA_LAYERS: types.RtpEncodingParameters[] = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { scaleResolutionDownBy: 2, maxBitrate: 450_000 },
  { scaleResolutionDownBy: 1, maxBitrate: 1_200_000 },
];
/**
 * Pixels from which a browser sends three layers, and two. With more layers than that Chrome leaves the *largest* ones
 * out, so that a small camera would be seen at half its size.
 */
const THREE_LAYERS = 960 * 540;
const TWO_LAYERS = 480 * 270;
/** Text needs sharpness, not speed. */
const SCREEN_LAYER: types.RtpEncodingParameters[] = [{ maxBitrate: 2_000_000, maxFramerate: 15 }];
/** FEC and NACK mend lost packets; DTX sends almost nothing in silence. */
const VOICE: types.ProducerCodecOptions = {
  opusStereo: false,
  opusDtx: true,
  opusFec: true,
  opusNack: true,
  opusMaxAverageBitrate: 32_000,
};
const RETRY_MS = 2_000;

/** The layers that this camera's picture is large enough for, smallest first. */
export function cameraLayers({ width = 1280, height = 720 }: MediaTrackSettings): types.RtpEncodingParameters[] {
  const pixels = width * height;
  const count = pixels >= THREE_LAYERS ? 3 : pixels >= TWO_LAYERS ? 2 : 1;
  // mediasoup-client writes rid into the encodings that it is given: each producer gets its own copies.
  return CAMERA_LAYERS.slice(-count).map((layer) => ({ ...layer }));
}

function options(source: Source, track: MediaStreamTrack): types.ProducerOptions {
  const common = { track, stopTracks: false, appData: { source } };
  if (source === "microphone") return { ...common, codecOptions: VOICE };
  return {
    ...common,
    encodings: source === "camera" ? cameraLayers(track.getSettings()) : SCREEN_LAYER.map((layer) => ({ ...layer })),
    codecOptions: { videoGoogleStartBitrate: 600 },
  };
}

export class Publishing {
  /** Sources the server refused, with its code. */
  readonly refused = signal<ReadonlyMap<Source, string>>(new Map());
  readonly #wire: Wire;
  readonly #fate: Fate;
  readonly #wishes = new Map<Source, Wish>();
  readonly #producers = new Map<Source, types.Producer>();
  /** One reconciliation per source at a time; the next begins where the last one ended. */
  readonly #queues = new Map<Source, Promise<void>>();
  #rights: Rights | null = null;
  #device: types.Device | null = null;
  #transport: Promise<types.Transport> | null = null;

  constructor(wire: Wire, fate: Fate) {
    this.#wire = wire;
    this.#fate = fate;
    // The server may close a producer of mine: nothing is sent again before I wish anew or my rights change.
    wire.on("producer.removed", ({ id }) => this.#removed(id));
  }

  async start(device: types.Device, rights: Rights): Promise<void> {
    this.drop();
    this.#device = device;
    this.#rights = rights;
    await this.#all();
  }

  /** Rights as they are now; sources that lost theirs stop. */
  async allow(rights: Rights): Promise<void> {
    this.#rights = rights;
    await this.#all();
  }

  async wish(source: Source, wish: Wish | null): Promise<void> {
    if (wish) this.#wishes.set(source, wish);
    else this.#wishes.delete(source);
    await this.#reconcile(source);
  }

  /** Whether this source is on its way to the server. */
  sends(source: Source): boolean {
    return this.#producers.has(source);
  }

  /** What the browser counts of this transport; null while there is none. */
  async statistics(): Promise<RTCStatsReport | null> {
    const transport = await this.#transport;
    return transport && !transport.closed ? transport.getStats() : null;
  }

  drop(): void {
    const transport = this.#transport;
    this.#transport = null;
    this.#device = null;
    this.#producers.clear();
    this.refused.value = new Map();
    transport?.then((opened) => opened.close(), () => undefined);
  }

  async #all(): Promise<void> {
    await Promise.all((["microphone", "camera", "screen"] as const).map((source) => this.#reconcile(source)));
  }

  #reconcile(source: Source): Promise<void> {
    const step = (this.#queues.get(source) ?? Promise.resolve()).then(() => this.#step(source));
    this.#queues.set(source, step);
    return step;
  }

  async #step(source: Source): Promise<void> {
    const device = this.#device;
    if (!device) return;
    try {
      await this.#bringAbout(device, source);
      this.#refuse(source, null);
    } catch (error) {
      if (this.#device !== device) return;
      if (error instanceof Refusal && !passes(error)) this.#refuse(source, error.code);
      else setTimeout(() => void this.#reconcile(source), RETRY_MS);
    }
  }

  async #bringAbout(device: types.Device, source: Source): Promise<void> {
    const wish = this.#rights?.[RIGHT[source]] ? this.#wishes.get(source) : undefined;
    const producer = this.#producers.get(source);
    if (!wish) return producer ? this.#close(source, producer) : undefined;
    if (!producer) return this.#produce(device, source, wish);
    if (producer.track !== wish.track) await producer.replaceTrack({ track: wish.track });
    if (producer.paused !== wish.paused) await this.#pause(producer, wish.paused);
  }

  async #produce(device: types.Device, source: Source, wish: Wish): Promise<void> {
    const opening = this.#open(device);
    const transport = await opening;
    const producer = await transport.produce(options(source, wish.track));
    if (this.#transport !== opening) return producer.close();
    this.#producers.set(source, producer);
    if (wish.paused) producer.pause();
  }

  async #pause(producer: types.Producer, paused: boolean): Promise<void> {
    if (paused) producer.pause();
    else producer.resume();
    await this.#wire.request(paused ? "producer.pause" : "producer.resume", { id: producer.id });
  }

  async #close(source: Source, producer: types.Producer): Promise<void> {
    this.#producers.delete(source);
    producer.close();
    await this.#wire.request("producer.close", { id: producer.id });
  }

  #open(device: types.Device): Promise<types.Transport> {
    if (!this.#transport) {
      const opening = this.#openSending(device);
      this.#transport = opening;
      opening.catch(() => {
        if (this.#transport === opening) this.#transport = null;
      });
    }
    return this.#transport;
  }

  async #openSending(device: types.Device): Promise<types.Transport> {
    const transport = await openTransport(this.#wire, device, "send", this.#fate);
    transport.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      const source = appData["source"] as Source;
      const paused = this.#wishes.get(source)?.paused ?? false;
      this.#wire.request("produce", { transport: transport.id, kind, rtpParameters, source, paused }).then(done, failed);
    });
    return transport;
  }

  #removed(producerId: string): void {
    for (const [source, producer] of this.#producers) {
      if (producer.id !== producerId) continue;
      this.#producers.delete(source);
      producer.close();
    }
  }

  #refuse(source: Source, code: string | null): void {
    const refused = new Map(this.refused.value);
    if (code === null) refused.delete(source);
    else refused.set(source, code);
    this.refused.value = refused;
  }
}
