/** The floor and the door: hands in their order, who waits, what a host has done to me. No elements here. */
import { computed, signal } from "@preact/signals";
import type { People } from "./people.ts";
import type { Deed, Lobby, Peer, Snapshot } from "./protocol.ts";
import type { Wire } from "./wire.ts";

/** Every method asks the server and throws a Refusal or Unanswered; what changes comes back as a push. */
export class Floor {
  readonly lobby = signal<Lobby | null>(null);
  /** The last that a host did to me, until I put it away. */
  readonly told = signal<Deed | null>(null);
  /** Hands that are up, the first one first. */
  readonly hands = computed<Peer[]>(() =>
    this.#people.all.value
      .filter(({ hand_since }) => hand_since !== null)
      .sort((one, other) => Date.parse(one.hand_since ?? "") - Date.parse(other.hand_since ?? "")),
  );
  readonly myHand = computed(() => this.#people.me.value?.hand_since != null);
  readonly muted = computed(() => this.#people.me.value?.muted ?? false);
  readonly #wire: Wire;
  readonly #people: People;

  constructor(wire: Wire, people: People) {
    this.#wire = wire;
    this.#people = people;
    wire.on("lobby", (lobby) => {
      this.lobby.value = lobby;
    });
    wire.on("told", ({ what }) => {
      this.told.value = what;
    });
    wire.on("rights", ({ moderate }) => {
      if (!moderate) this.lobby.value = null;
    });
  }

  restore({ lobby }: Snapshot): void {
    this.lobby.value = lobby;
  }

  async toggleHand(): Promise<void> {
    const me = this.#people.me.value;
    if (!me) return;
    if (me.hand_since !== null) await this.lower(me.id);
    else await this.#wire.request("hand.raise", {});
  }

  async lower(person: number): Promise<void> {
    await this.#wire.request("hand.lower", { person });
  }

  async give(person: number): Promise<void> {
    await this.#wire.request("floor.give", { person });
  }

  async take(person: number): Promise<void> {
    await this.#wire.request("floor.take", { person });
  }

  async mute(person: number): Promise<void> {
    await this.#wire.request("floor.mute", { person });
  }

  async muteAll(): Promise<void> {
    await this.#wire.request("floor.mute_all", {});
  }

  async stop(person: number, source: "microphone" | "camera", stopped: boolean): Promise<void> {
    await this.#wire.request("floor.stop", { person, source, stopped });
  }

  async remove(person: number, mayReturn: boolean): Promise<void> {
    await this.#wire.request("floor.remove", { person, may_return: mayReturn });
  }

  /** Takes back that somebody may not return. */
  async readmit(person: number): Promise<void> {
    await this.#wire.request("floor.readmit", { person });
  }

  async coHost(person: number, coHost: boolean): Promise<void> {
    await this.#wire.request("floor.co_host", { person, co_host: coHost });
  }

  /** In a line whoever is in the conversation goes first, and the whole family comes. */
  async admit(person: number): Promise<void> {
    if (this.lobby.value?.line) await this.#wire.request("lobby.next", { person });
    else await this.#wire.request("lobby.admit", { person });
  }

  async admitAll(): Promise<void> {
    await this.#wire.request("lobby.admit_all", {});
  }

  async next(): Promise<void> {
    await this.#wire.request("lobby.next", { person: null });
  }

  async refuse(person: number, word: string): Promise<void> {
    await this.#wire.request("lobby.refuse", { person, word });
  }

  async oneByOne(on: boolean): Promise<void> {
    await this.#wire.request("lobby.one_by_one", { on });
  }
}
