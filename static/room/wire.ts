/** The wire between the room and the server: requests with a deadline, pushes, up and down. */
import { io, type Socket } from "socket.io-client";
import { PROTOCOL_VERSION, type Answer, type Pushes, type Requests } from "./protocol.ts";

/** After this long a request is as good as lost: the network is asked again, not waited for. */
const DEADLINE_MS = 10_000;
const LONGEST_PAUSE_MS = 4_000;
/** A call into a network that is gone is given up and made anew: it would notice the network's return much later. */
const CALL_MS = 8_000;

/** The server said no, in its own words. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly data: Record<string, unknown> = {},
  ) {
    super(code);
  }
}

/** Refusals that pass by themselves: the same request is worth another try. */
const PASSING = new Set(["flood", "busy", "media_unavailable", "timeout", "not_connected"]);
export const passes = (error: unknown): boolean => !(error instanceof Refusal) || PASSING.has(error.code);

/** Nobody answered: the wire was down, fell, or the deadline passed. Nothing is kept to be sent later. */
export class Unanswered extends Error {
  constructor() {
    super("unanswered");
  }
}

export type WireState = { name: "up" } | { name: "down" } | { name: "refused"; code: string };

/** What the room needs of a connection. */
export interface Wire {
  open(): void;
  close(): void;
  /** Hangs up and calls again at once, with the same ticket. */
  reopen(): void;
  request<E extends keyof Requests>(event: E, payload: Requests[E][0]): Promise<Requests[E][1]>;
  on<E extends keyof Pushes>(event: E, handler: (payload: Pushes[E]) => void): void;
  onState(handler: (state: WireState) => void): void;
}

/** Fetches a ticket for the next connection; throws a Refusal. */
export type TicketSource = () => Promise<string>;

/**
 * Socket.IO over WebSocket only. One ticket serves every reconnection of this page, so that a seat taken over
 * by another device is not fought for; one that the server no longer accepts is replaced once.
 */
export class SocketWire implements Wire {
  readonly #socket: Socket;
  readonly #fetchTicket: TicketSource;
  #ticket: string | null = null;
  #renewed = false;
  #again: ReturnType<typeof setTimeout> | undefined;
  #report: (state: WireState) => void = () => {};

  constructor(fetchTicket: TicketSource) {
    this.#fetchTicket = fetchTicket;
    this.#socket = io({
      path: "/socket.io",
      transports: ["websocket"],
      autoConnect: false,
      timeout: CALL_MS,
      reconnectionDelay: 400,
      reconnectionDelayMax: LONGEST_PAUSE_MS,
      auth: (give) => give({ ticket: this.#ticket, version: PROTOCOL_VERSION }),
    });
    this.#socket.on("connect", () => {
      this.#renewed = false;
      this.#report({ name: "up" });
    });
    this.#socket.on("disconnect", (reason) => this.#down(reason));
    this.#socket.on("connect_error", (error) => this.#failed(error));
  }

  open(): void {
    void this.#openWithTicket();
  }

  close(): void {
    clearTimeout(this.#again);
    this.#ticket = null;
    this.#socket.disconnect();
  }

  reopen(): void {
    this.#socket.disconnect().connect();
  }

  async request<E extends keyof Requests>(event: E, payload: Requests[E][0]): Promise<Requests[E][1]> {
    if (!this.#socket.connected) throw new Unanswered();
    let answer: Answer<Requests[E][1]>;
    try {
      answer = (await this.#socket.timeout(DEADLINE_MS).emitWithAck(event, payload)) as Answer<Requests[E][1]>;
    } catch {
      // Socket.IO rejects for one reason only: no acknowledgement came, by the deadline or before the fall.
      throw new Unanswered();
    }
    if (answer.ok) return answer.data;
    throw new Refusal(answer.code, answer.data);
  }

  on<E extends keyof Pushes>(event: E, handler: (payload: Pushes[E]) => void): void {
    this.#socket.on(event as string, handler as (payload: unknown) => void);
  }

  onState(handler: (state: WireState) => void): void {
    this.#report = handler;
  }

  #openIn(delay: number): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.open(), delay);
  }

  async #openWithTicket(): Promise<void> {
    try {
      this.#ticket ??= await this.#fetchTicket();
    } catch (error) {
      if (error instanceof Refusal) this.#report({ name: "refused", code: error.code });
      else this.#openIn(LONGEST_PAUSE_MS);
      return;
    }
    this.#socket.connect();
  }

  #down(reason: string): void {
    this.#report({ name: "down" });
    // The server's own "disconnect" (a restart, say) is the one fall that Socket.IO does not recover from by itself.
    if (reason === "io server disconnect" && this.#ticket !== null) this.#openIn(1_000);
  }

  #failed(error: Error & { data?: { code?: string } }): void {
    const code = error.data?.code;
    // A server that is just starting, or has stumbled, is no refusal: it is called again.
    if (code === undefined || code === "internal" || PASSING.has(code)) {
      this.#report({ name: "down" });
      if (!this.#socket.active) this.#openIn(LONGEST_PAUSE_MS);
      return;
    }
    this.#ticket = null;
    if (code === "bad_ticket" && !this.#renewed) {
      this.#renewed = true;
      void this.#openWithTicket();
    } else this.#report({ name: "refused", code });
  }
}
