/** Who is in the room and what they publish, as the server last said. */
import { computed, signal } from "@preact/signals";
import type { Peer, Producer, Snapshot, Source } from "./protocol.ts";
import type { Wire } from "./wire.ts";

const RANK: Record<Peer["role"], number> = { host: 0, cohost: 1, student: 2, parent: 3 };

/** Hosts first, then by name as people sort names. */
export const byRank = (one: Peer, other: Peer): number =>
  RANK[one.role] - RANK[other.role] || one.name.localeCompare(other.name, "ru");

export const hosts = (peer: Peer): boolean => peer.role === "host" || peer.role === "cohost";

const without = <K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> => {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
};

export class People {
  readonly me = signal<Peer | null>(null);
  /** Everybody but me. */
  readonly others = signal<ReadonlyMap<number, Peer>>(new Map());
  readonly producers = signal<ReadonlyMap<string, Producer>>(new Map());
  readonly speaker = signal<number | null>(null);
  readonly all = computed<Peer[]>(() => {
    const me = this.me.value;
    return [...(me ? [me] : []), ...this.others.value.values()].sort(byRank);
  });
  /** Everybody who was here while I was, for the last page. */
  readonly #seen = new Map<number, Peer>();

  constructor(
    wire: Wire,
    readonly onArrival: (peer: Peer, here: boolean) => void,
  ) {
    wire.on("peer.joined", (peer) => this.#joined(peer));
    wire.on("peer.left", ({ id }) => this.#left(id));
    wire.on("peer.changed", (peer) => this.#changed(peer));
    wire.on("producer.added", (producer) => this.#put(producer));
    wire.on("producer.removed", ({ id }) => {
      this.producers.value = without(this.producers.value, id);
    });
    wire.on("producer.paused", ({ id, paused }) => {
      const producer = this.producers.value.get(id);
      if (producer) this.#put({ ...producer, paused });
    });
    wire.on("speaker", ({ peer }) => {
      this.speaker.value = peer;
    });
  }

  restore({ me, peers, producers, speaker }: Snapshot): void {
    const others = peers.filter((peer) => peer.id !== me.id);
    for (const peer of others) this.#seen.set(peer.id, peer);
    this.me.value = me;
    this.others.value = new Map(others.map((peer) => [peer.id, peer]));
    this.producers.value = new Map(producers.map((producer) => [producer.id, producer]));
    this.speaker.value = speaker;
  }

  /** What that person sends from that source now; undefined when nothing. */
  published(peer: number, source: Source): Producer | undefined {
    for (const producer of this.producers.value.values())
      if (producer.peer === peer && producer.source === source) return producer;
    return undefined;
  }

  seen(): Peer[] {
    return [...this.#seen.values()].sort(byRank);
  }

  #joined(peer: Peer): void {
    if (peer.id === this.me.value?.id) return;
    const known = this.others.value.has(peer.id);
    this.#seen.set(peer.id, peer);
    this.others.value = new Map(this.others.value).set(peer.id, peer);
    if (!known) this.onArrival(peer, true);
  }

  #changed(peer: Peer): void {
    if (peer.id === this.me.value?.id) this.me.value = peer;
    else if (this.others.value.has(peer.id)) this.others.value = new Map(this.others.value).set(peer.id, peer);
  }

  #left(id: number): void {
    const peer = this.others.value.get(id);
    if (!peer) return;
    this.others.value = without(this.others.value, id);
    this.producers.value = new Map([...this.producers.value].filter(([, producer]) => producer.peer !== id));
    if (this.speaker.value === id) this.speaker.value = null;
    this.onArrival(peer, false);
  }

  #put(producer: Producer): void {
    this.producers.value = new Map(this.producers.value).set(producer.id, producer);
  }
}
