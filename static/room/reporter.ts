/** Tells the server every ten seconds how the call was here: for the host's table, and to explain a bad call later. */
import type { Layer } from "./protocol.ts";
import type { Publishing } from "./publishing.ts";
import type { Receiving } from "./receiving.ts";
import { look, NOTHING, seenBetween, type Family, type Sight } from "./seen.ts";
import type { Wire } from "./wire.ts";

const EVERY_MS = 10_000;

/** What the reporter asks of the media; `Media` fits. */
export type Sources = {
  receiving: Pick<Receiving, "statistics" | "consumers" | "starved">;
  publishing: Pick<Publishing, "statistics" | "sends">;
};

export class Reporter {
  readonly #wire: Wire;
  readonly #media: Sources;
  readonly #browser: Family;
  readonly #now: () => number;
  /** What each consumer is sent now, as the server told. */
  readonly #layers = new Map<string, Layer | null>();
  /** Consumers that were sent nothing at some time since the last report. */
  readonly #held = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #before: Sight = NOTHING;
  #at = 0;

  constructor(wire: Wire, media: Sources, browser: Family, now: () => number = () => performance.now()) {
    this.#wire = wire;
    this.#media = media;
    this.#browser = browser;
    this.#now = now;
    wire.on("consumer.layer", ({ id, layer }) => {
      this.#layers.set(id, layer);
      if (layer === null) this.#held.add(id);
    });
    wire.on("consumer.closed", ({ id }) => this.#layers.delete(id));
  }

  /** While I am inside and the wire is up; transports are new after each interruption, and so are their counters. */
  run(yes: boolean): void {
    clearInterval(this.#timer);
    this.#before = NOTHING;
    this.#at = this.#now();
    this.#layers.clear();
    this.#held.clear();
    if (yes) this.#timer = setInterval(() => void this.#report(), EVERY_MS);
  }

  async #report(): Promise<void> {
    const timer = this.#timer;
    const [receiving, sending] = await Promise.all([
      this.#media.receiving.statistics().catch(() => null),
      this.#media.publishing.statistics().catch(() => null),
    ]);
    if (timer !== this.#timer || (!receiving && !sending)) return;
    const sight = look(receiving, sending);
    const at = this.#now();
    const seen = seenBetween(this.#before, sight, at - this.#at, {
      ...this.#received(),
      browser: this.#browser,
      screen: this.#media.publishing.sends("screen"),
    });
    this.#before = sight;
    this.#at = at;
    // One that is lost is lost: the next one tells of its own ten seconds.
    if (seen) await this.#wire.request("quality.report", seen).catch(() => undefined);
  }

  #received(): { layer: Layer | null; starved: number; held: ReadonlySet<string> } {
    const consumers = this.#media.receiving.consumers();
    const layers = consumers.filter(({ kind }) => kind === "video").map(({ id }) => this.#layers.get(id) ?? null);
    const held = new Set(consumers.filter(({ id }) => this.#held.has(id)).map(({ track }) => track.id));
    this.#held.clear();
    for (const [id, layer] of this.#layers) if (layer === null) this.#held.add(id);
    const sent = layers.filter((layer) => layer !== null);
    return {
      layer: sent.length > 0 ? (Math.max(...sent) as Layer) : null,
      starved: this.#media.receiving.starved.value.size,
      held,
    };
  }
}
