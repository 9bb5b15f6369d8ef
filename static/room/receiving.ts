/** What others send: one consumer per producer, one track per consumer, layers by the size of the tile. */
import { signal } from "@preact/signals";
import type { types } from "mediasoup-client";
import type { Layer, Producer } from "./protocol.ts";
import { countersOf, qualityOf, worse, type Counters, type Quality } from "./quality.ts";
import { openTransport, type Fate } from "./transports.ts";
import { passes, type Wire } from "./wire.ts";

export type TileSize = { width: number; height: number };
export type RemoteTrack = { producer: Producer; track: MediaStreamTrack };

const NOT_SHOWN: TileSize = { width: 0, height: 0 };
const RETRY_MS = 2_000;
/** Between two layers, or before the first key frame, there is none for a moment: nothing to speak of. */
const STARVED_MS = 3_000;
const LOOK_MS = 3_000;
/**
 * Who is silent answers nobody, so what they hear and see may come a little later: the queue of a line that has
 * become narrow passes unheard, and what was lost is sent again in time (W3C webrtc-extensions, jitterBufferTarget).
 * Pictures wait as long as voices, for the lips; a shared screen does not. By steps, for a picture stands still
 * while its buffer fills.
 */
const PATIENCE_MS = 350;
const PATIENCE_STEP_MS = 120;

/** Lets sound or pictures wait for so long, where the browser can; null: for as long as it thinks best. */
function hold(receiver: RTCRtpReceiver | undefined, milliseconds: number | null): void {
  if (receiver && "jitterBufferTarget" in receiver) receiver.jitterBufferTarget = milliseconds;
}

export class Receiving {
  /** By producer; a track that ended with the network stays until the next one comes, so the picture stays too. */
  readonly tracks = signal<ReadonlyMap<string, RemoteTrack>>(new Map());
  /** Video that the server holds back although its tile is on the screen. */
  readonly starved = signal<ReadonlySet<string>>(new Set());
  /** How good the line of each person is, by person; nobody is there of whom nothing comes. */
  readonly quality = signal<ReadonlyMap<number, Quality>>(new Map());
  readonly #wire: Wire;
  readonly #fate: Fate;
  readonly #counters = new Map<string, Counters>();
  #looking: ReturnType<typeof setInterval> | undefined;
  #answering = true;
  #floating: { producer: string; size: TileSize } | null = null;
  readonly #consumers = new Map<string, types.Consumer>();
  readonly #sizes = new Map<string, TileSize>();
  readonly #hungry = new Map<string, ReturnType<typeof setTimeout>>();
  /** Producers to be consumed, whether their consumer is there, is being made, or the device is not ready yet. */
  readonly #wanted = new Map<string, Producer>();
  #device: types.Device | null = null;
  #transport: Promise<types.Transport> | null = null;

  constructor(wire: Wire, fate: Fate) {
    this.#wire = wire;
    this.#fate = fate;
    wire.on("producer.removed", ({ id }) => this.remove(id));
    wire.on("consumer.closed", ({ id }) => this.#closed(id));
    wire.on("consumer.layer", ({ id, layer }) => this.#layer(id, layer));
  }

  /** Begins anew with everything that is published now; what comes and goes before `start` is not lost. */
  expect(producers: readonly Producer[]): void {
    this.drop();
    for (const producer of producers) this.#wanted.set(producer.id, producer);
  }

  /** Receives what is expected, on a new transport. */
  async start(device: types.Device): Promise<void> {
    this.#device = device;
    this.#looking = setInterval(() => void this.#look(), LOOK_MS);
    this.tracks.value = new Map([...this.tracks.value].filter(([id]) => this.#wanted.has(id)));
    await Promise.all([...this.#wanted.values()].map((producer) => this.#attempt(device, producer)));
  }

  async add(producer: Producer): Promise<void> {
    if (this.#wanted.has(producer.id)) return;
    this.#wanted.set(producer.id, producer);
    if (this.#device) await this.#attempt(this.#device, producer);
  }

  remove(producerId: string): void {
    this.#wanted.delete(producerId);
    this.#consumers.get(producerId)?.close();
    this.#consumers.delete(producerId);
    this.#sizes.delete(producerId);
    this.#forget(producerId);
  }

  /** The tile's size in device pixels; 0 × 0 while nobody can see it. */
  size(producerId: string, size: TileSize): void {
    const before = this.#sizes.get(producerId);
    if (before?.width === size.width && before.height === size.height) return;
    this.#sizes.set(producerId, size);
    void this.#tellSize(producerId);
  }

  /** A picture that floats over the other windows is in sight even while its tile is not. */
  float(floating: { producer: string; size: TileSize } | null): void {
    const before = this.#floating;
    if (before?.producer === floating?.producer) return;
    this.#floating = floating;
    for (const one of [before, floating]) if (one) void this.#tellSize(one.producer);
  }

  /** Whether I can be heard: then everything comes as soon as it can. */
  answer(answering: boolean): void {
    this.#answering = answering;
    if (answering) for (const { rtpReceiver } of this.#consumers.values()) hold(rtpReceiver, null);
  }

  /** The consumers that there are. */
  consumers(): readonly types.Consumer[] {
    return [...this.#consumers.values()];
  }

  /** What the browser counts of this transport; null while there is none. */
  async statistics(): Promise<RTCStatsReport | null> {
    const transport = await this.#transport;
    return transport && !transport.closed ? transport.getStats() : null;
  }

  /** Lets go of the transport and the consumers; the last pictures stay on the screen. */
  drop(): void {
    const transport = this.#transport;
    this.#transport = null;
    this.#device = null;
    this.#consumers.clear();
    this.#counters.clear();
    clearInterval(this.#looking);
    this.quality.value = new Map();
    for (const timer of this.#hungry.values()) clearTimeout(timer);
    this.#hungry.clear();
    this.#wanted.clear();
    this.starved.value = new Set();
    transport?.then((opened) => opened.close(), () => undefined);
  }

  async #attempt(device: types.Device, producer: Producer): Promise<void> {
    try {
      await this.#consume(device, producer);
    } catch {
      // Refused or unanswered: worth another try while this connection and the producer live.
      setTimeout(() => {
        if (this.#device === device && this.#wanted.has(producer.id)) void this.#attempt(device, producer);
      }, RETRY_MS);
    }
  }

  async #consume(device: types.Device, producer: Producer): Promise<void> {
    const opening = this.#open(device);
    const transport = await opening;
    const stale = (): boolean => this.#transport !== opening || !this.#wanted.has(producer.id);
    const parameters = await this.#wire.request("consume", {
      transport: transport.id,
      producer: producer.id,
      rtpCapabilities: device.recvRtpCapabilities,
    });
    if (stale()) return;
    const consumer = await transport.consume({
      id: parameters.id,
      producerId: producer.id,
      kind: parameters.kind,
      rtpParameters: parameters.rtpParameters,
      // One stream per person and device pair: the browser keeps the lips and the voice of one stream together.
      streamId: `${producer.peer}-${producer.source === "screen" ? "screen" : "person"}`,
    });
    if (stale()) return consumer.close();
    this.#consumers.set(producer.id, consumer);
    this.tracks.value = new Map(this.tracks.value).set(producer.id, { producer, track: consumer.track });
    await this.#tellSize(producer.id);
    await this.#wire.request("consumer.resume", { id: consumer.id });
  }

  #open(device: types.Device): Promise<types.Transport> {
    if (!this.#transport) {
      const opening = openTransport(this.#wire, device, "recv", this.#fate);
      this.#transport = opening;
      const forget = (): void => {
        if (this.#transport === opening) this.#transport = null;
      };
      opening.then((opened) => opened.observer.once("close", forget), forget);
    }
    return this.#transport;
  }

  async #tellSize(producerId: string): Promise<void> {
    const consumer = this.#consumers.get(producerId);
    if (!consumer || consumer.kind !== "video") return;
    const { width, height } = this.#sizeOf(producerId);
    try {
      await this.#wire.request("consumer.size", { id: consumer.id, width, height });
    } catch (error) {
      if (!passes(error)) return;
      // A tile that grew out of nothing would stay black.
      setTimeout(() => {
        if (this.#consumers.get(producerId) === consumer) void this.#tellSize(producerId);
      }, RETRY_MS);
    }
  }

  #sizeOf(producerId: string): TileSize {
    const tile = this.#sizes.get(producerId) ?? NOT_SHOWN;
    const floats = this.#floating?.producer === producerId ? this.#floating.size : NOT_SHOWN;
    return floats.width > tile.width ? floats : tile;
  }

  #bePatient(): void {
    if (this.#answering) return;
    for (const [producerId, { rtpReceiver }] of this.#consumers) {
      // What has not come yet is not to come later.
      if (!this.#counters.has(producerId) || this.#wanted.get(producerId)?.source === "screen") continue;
      hold(rtpReceiver, Math.min(PATIENCE_MS, (rtpReceiver?.jitterBufferTarget ?? 0) + PATIENCE_STEP_MS));
    }
  }

  async #look(): Promise<void> {
    this.#bePatient();
    const device = this.#device;
    const quality = new Map<number, Quality>();
    for (const [producerId, consumer] of this.#consumers) {
      const now = await consumer.getStats().then(countersOf, () => undefined);
      const before = this.#counters.get(producerId);
      const peer = this.tracks.value.get(producerId)?.producer.peer;
      if (!now || this.#device !== device) continue;
      this.#counters.set(producerId, now);
      const found = before && qualityOf(before, now, LOOK_MS / 1000);
      if (found && peer !== undefined) quality.set(peer, worse(quality.get(peer), found));
    }
    if (this.#device === device) this.quality.value = quality;
  }

  #byConsumer(consumerId: string): string | undefined {
    for (const [producerId, consumer] of this.#consumers) if (consumer.id === consumerId) return producerId;
    return undefined;
  }

  #closed(consumerId: string): void {
    const producerId = this.#byConsumer(consumerId);
    if (producerId !== undefined) this.remove(producerId);
  }

  #layer(consumerId: string, layer: Layer | null): void {
    const producerId = this.#byConsumer(consumerId);
    if (producerId === undefined) return;
    clearTimeout(this.#hungry.get(producerId));
    if (layer !== null) this.#starve(producerId, false);
    else this.#hungry.set(producerId, setTimeout(() => this.#starve(producerId, this.#shown(producerId)), STARVED_MS));
  }

  #shown(producerId: string): boolean {
    return this.#consumers.has(producerId) && this.#sizeOf(producerId).width > 0;
  }

  #starve(producerId: string, yes: boolean): void {
    if (this.starved.value.has(producerId) === yes) return;
    const starved = new Set(this.starved.value);
    if (yes) starved.add(producerId);
    else starved.delete(producerId);
    this.starved.value = starved;
  }

  #forget(producerId: string): void {
    if (!this.tracks.value.has(producerId)) return;
    const tracks = new Map(this.tracks.value);
    tracks.delete(producerId);
    this.tracks.value = tracks;
  }
}
