/**
 * One person's presence in one consultation: from the connection to the goodbye. No DOM here: the screens read the
 * signals, the wire and the media are handed in.
 */
import { signal } from "@preact/signals";
import { Chat } from "./chat.ts";
import type { Drawer } from "./drawer.ts";
import { Floor } from "./floor.ts";
import { People } from "./people.ts";
import type { Door, Ending, Message, Peer, Poll, Producer, Rights, Session, Snapshot, Topic } from "./protocol.ts";
import { ServerClock, type Clock } from "./time.ts";
import { Tools } from "./tools.ts";
import { passes, Refusal, type Wire, type WireState } from "./wire.ts";

export type Phase =
  | { name: "preparing" }
  | { name: "connecting" }
  | { name: "waiting"; door: Door }
  | { name: "inside" }
  | { name: "taken_over" }
  | { name: "left" }
  | { name: "refused"; code: string }
  | { name: "over"; ending: Ending };

/** What the session asks of the media; `Media` fits. */
export interface MediaPort {
  enter(snapshot: Snapshot): Promise<void>;
  allow(rights: Rights, producers: readonly Producer[]): void;
  leave(): void;
}

/** What the session tells whoever reads the page aloud. */
export interface Listener {
  arrived(peer: Peer, here: boolean): void;
  wrote(message: Message): void;
  asked(poll: Poll): void;
}

const RETRY_MS = 2_000;
const WITHOUT_MEDIA_MS = 5_000;
const NO_RIGHTS: Rights = {
  publish_audio: false,
  publish_video: false,
  publish_screen: false,
  write: false,
  moderate: false,
  set_topic: false,
  lead: false,
  raise_hand: false,
  receive_audio: false,
  receive_video: false,
};

export type SessionParts<M extends MediaPort> = {
  wire: Wire;
  media: (lost: () => void) => M;
  drawer: Drawer;
  sessionId: string;
  listener: Listener;
  clock?: Clock;
};

export class RoomSession<M extends MediaPort = MediaPort> {
  readonly phase = signal<Phase>({ name: "preparing" });
  readonly session = signal<Session | null>(null);
  readonly rights = signal<Rights>(NO_RIGHTS);
  /** False while the wire is down or the seat is being taken again. */
  readonly online = signal(false);
  /** When the way to the server was lost, in milliseconds of the server's time; null while it is there. */
  readonly lostAt = signal<number | null>(null);
  readonly clock: ServerClock;
  readonly people: People;
  readonly chat: Chat;
  readonly floor: Floor;
  readonly tools: Tools;
  readonly media: M;
  readonly #wire: Wire;
  /** Who changes their mind at once waits until the old connection is closed. */
  #goodbye: Promise<void> = Promise.resolve();
  #up = false;
  #joining = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor({ wire, media, drawer, sessionId, listener, clock }: SessionParts<M>) {
    this.clock = new ServerClock(clock);
    this.#wire = wire;
    this.people = new People(wire, (peer, here) => listener.arrived(peer, here));
    this.chat = new Chat(wire, drawer, sessionId, (message) => listener.wrote(message));
    this.floor = new Floor(wire, this.people);
    this.tools = new Tools(wire, (poll) => listener.asked(poll));
    this.media = media(() => this.#reconnect());
    wire.onState((state) => this.#wired(state));
    this.#listen();
  }

  /** From the device check, from "continue here" and from "come back" alike. */
  connect(): void {
    this.phase.value = { name: "connecting" };
    void this.#goodbye.then(() => this.#wire.open());
  }

  /** Says goodbye; the server frees the seat even if the goodbye itself is lost. */
  async leave(): Promise<void> {
    const told = this.#wire.request("leave", {}).catch(() => undefined);
    this.#goodbye = told.then(() => this.#wire.close());
    this.#finish({ name: "left" }, false);
    await this.#goodbye;
  }

  /** Throws a Refusal with the server's code, or Unanswered. */
  async setTopic(topic: Topic): Promise<void> {
    await this.#wire.request("topic.set", topic);
    const session = this.session.value;
    if (session) this.session.value = { ...session, topic: topic.topic, scope: topic.scope };
  }

  /**
   * Ends the consultation for everybody; throws as setTopic does. The server answers with "over". Before an
   * attestation, a checklist with something left out needs a reason.
   */
  async closeRoom(reason = ""): Promise<void> {
    await this.#wire.request("room.close", reason === "" ? {} : { reason });
  }

  /** The new end is pushed to everybody; throws as setTopic does. */
  async extend(minutes: number): Promise<void> {
    await this.#wire.request("room.extend", { minutes });
  }

  #listen(): void {
    this.#wire.on("door", (door) => this.#waits(door));
    this.#wire.on("admitted", () => void this.#join());
    this.#wire.on("session", (session) => this.#told(session));
    this.#wire.on("rights", (rights) => {
      this.rights.value = rights;
      this.media.allow(rights, [...this.people.producers.value.values()]);
    });
    this.#wire.on("media.lost", () => this.#mediaLost());
    this.#wire.on("taken_over", () => this.#finish({ name: "taken_over" }));
    this.#wire.on("over", (ending) => this.#finish({ name: "over", ending }));
  }

  #wired(state: WireState): void {
    if (this.#finished()) return;
    this.#up = state.name === "up";
    if (state.name === "up") {
      void this.#join();
      return;
    }
    this.online.value = false;
    this.lostAt.value ??= this.clock.now();
    this.chat.down();
    if (state.name === "refused") this.#refused(state.code);
  }

  #refused(code: string): void {
    this.#finish(code === "taken_over" ? { name: "taken_over" } : { name: "refused", code });
  }

  /** The media worker was replaced under us: the seat is still ours, only the picture of the room is asked anew. */
  #mediaLost(): void {
    if (this.phase.value.name !== "inside" || !this.#up) return;
    this.media.leave();
    void this.#join();
  }

  /** A transport cannot be brought back: a new connection frees everything that the old one held on the server. */
  #reconnect(): void {
    if (this.phase.value.name === "inside" && this.#up) this.#wire.reopen();
  }

  async #join(): Promise<void> {
    if (this.#joining || !this.#up || this.#finished()) return;
    this.#joining = true;
    clearTimeout(this.#retry);
    try {
      const joined = await this.#wire.request("join", {});
      if (this.#finished()) return;
      if (joined.status === "waiting") this.#waits(joined.door);
      else this.#enters(joined.snapshot);
    } catch (error) {
      if (this.#finished()) return;
      if (error instanceof Refusal && !passes(error)) this.#refused(error.code);
      else this.#later(RETRY_MS);
    } finally {
      this.#joining = false;
    }
  }

  #later(delay: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#join(), delay);
  }

  #waits(door: Door): void {
    this.clock.set(door.server_now);
    this.phase.value = { name: "waiting", door };
    // The door is pushed when it changes; the hour itself is a fact that nobody pushes, so it is asked about.
    const untilOpen = Date.parse(door.opens_at) - this.clock.now();
    clearTimeout(this.#retry);
    if (untilOpen > 0) this.#later(untilOpen + 500);
  }

  #enters(snapshot: Snapshot): void {
    this.#told(snapshot.session);
    this.rights.value = snapshot.rights;
    this.people.restore(snapshot);
    this.tools.restore(snapshot.tools);
    this.floor.restore(snapshot);
    this.phase.value = { name: "inside" };
    this.online.value = true;
    this.lostAt.value = null;
    void this.chat.restore(snapshot.me.id, snapshot.messages);
    void this.media.enter(snapshot);
    // The media worker is being started again: its return is pushed, but may have been a moment before I was in.
    if (snapshot.capabilities === null && snapshot.session.form !== "chat") this.#later(WITHOUT_MEDIA_MS);
  }

  #told(session: Session): void {
    this.clock.set(session.server_now);
    this.session.value = session;
  }

  #finished(): boolean {
    return ["taken_over", "left", "refused", "over", "preparing"].includes(this.phase.value.name);
  }

  #finish(phase: Phase, close = true): void {
    clearTimeout(this.#retry);
    this.phase.value = phase;
    this.online.value = false;
    this.lostAt.value = null;
    this.#up = false;
    this.chat.down();
    this.media.leave();
    if (close) this.#wire.close();
  }
}
