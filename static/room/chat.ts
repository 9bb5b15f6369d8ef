/**
 * The conversation: what the server has stored, and what this browser still owes it. A message written in a bad
 * network waits here under an id of its own and is sent again, one at a time and in order, until acknowledged.
 */
import { computed, signal } from "@preact/signals";
import type { Drawer } from "./drawer.ts";
import { newClientId } from "./clientid.ts";
import type { Message, Quote } from "./protocol.ts";
import { passes, Refusal, type Wire } from "./wire.ts";

export type Pending = { client_id: string; body: string; refused: string | null; quote?: Quote | null };

/** As many as a snapshot carries; fewer than that is the whole history. */
const SNAPSHOT_LENGTH = 200;
const RETRY_MS = 2_000;
export const LONGEST_MESSAGE = 4_000;

/** As much of a message as a reply shows. */
const QUOTE_LENGTH = 160;

/** What a reply to this message quotes. */
export function quoteOf({ id, author_name, body, file }: Message): Quote {
  const line = (body || (file?.name ?? "")).replace(/\s+/g, " ").trim();
  return { id, author_name, text: line.length > QUOTE_LENGTH ? `${line.slice(0, QUOTE_LENGTH - 1)}…` : line };
}

export class Chat {
  readonly messages = signal<readonly Message[]>([]);
  readonly pending = signal<readonly Pending[]>([]);
  readonly unread = signal(0);
  readonly last = computed(() => this.messages.value.at(-1)?.id ?? 0);
  /** While the conversation is on the screen nothing is unread. */
  readonly open = signal(false);
  /** The message that the next one answers. */
  readonly answering = signal<Message | null>(null);
  readonly #wire: Wire;
  readonly #drawer: Drawer;
  readonly #key: string;
  readonly #onMessage: (message: Message) => void;
  #me = 0;
  #up = false;
  #sending = false;

  constructor(wire: Wire, drawer: Drawer, sessionId: string, onMessage: (message: Message) => void) {
    this.#wire = wire;
    this.#drawer = drawer;
    this.#key = `kabinet.outbox.${sessionId}`;
    this.#onMessage = onMessage;
    this.pending.value = this.#stored();
    wire.on("chat.message", (message) => this.#received(message));
  }

  /** After every join: the last messages come with the snapshot, a longer gap is fetched, then the outbox goes. */
  async restore(me: number, messages: readonly Message[]): Promise<void> {
    this.#me = me;
    const known = this.last.peek();
    const first = messages[0];
    const gap = known > 0 && first !== undefined && first.id > known && messages.length >= SNAPSHOT_LENGTH;
    this.#merge(messages);
    this.#up = true;
    if (gap) await this.#fill(known, first.id);
    await this.#flush();
  }

  /** The wire fell: nothing is sent before the next restore. */
  down(): void {
    this.#up = false;
  }

  say(body: string, quote: Quote | null = null): void {
    const text = body.trim().slice(0, LONGEST_MESSAGE);
    if (text === "") return;
    this.#owe([...this.pending.value, { client_id: newClientId(), body: text, refused: null, quote }]);
    void this.#flush();
  }

  /** Takes a refused message out of the list and gives its text back, so that it can be mended. */
  withdraw(clientId: string): string {
    const body = this.pending.value.find((message) => message.client_id === clientId)?.body ?? "";
    this.#settle(clientId);
    return body;
  }

  /** Takes a message out of everybody's sight; throws a Refusal or Unanswered. The server then tells everybody. */
  async hide(id: number): Promise<void> {
    await this.#wire.request("chat.hide", { id });
  }

  read(open: boolean): void {
    this.open.value = open;
    if (open) this.unread.value = 0;
  }

  #received(message: Message): void {
    const fresh = !this.messages.value.some(({ id }) => id === message.id);
    this.#merge([message]);
    if (!fresh || message.hidden || message.author === this.#me) return;
    if (!this.open.value) this.unread.value += 1;
    this.#onMessage(message);
  }

  async #fill(after: number, before: number): Promise<void> {
    for (let from = after; from < before && this.#up; ) {
      const { messages } = await this.#wire.request("chat.after", { id: from }).catch(() => ({ messages: [] }));
      if (messages.length === 0) return;
      this.#merge(messages);
      from = Math.max(...messages.map(({ id }) => id));
    }
  }

  #merge(messages: readonly Message[]): void {
    const merged = new Map(this.messages.value.map((message) => [message.id, message]));
    for (const message of messages) {
      merged.set(message.id, message);
      if (message.hidden) this.#unquote(merged, message.id);
      if (message.author === this.#me) this.#settle(message.client_id);
    }
    this.messages.value = [...merged.values()].sort((one, other) => one.id - other.id);
  }

  async #flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.#next(); next && this.#up; next = this.#next()) await this.#send(next);
    } finally {
      this.#sending = false;
    }
  }

  #next(): Pending | undefined {
    return this.pending.value.find((message) => message.refused === null);
  }

  /** What is hidden is not quoted either. */
  #unquote(merged: Map<number, Message>, hidden: number): void {
    for (const [id, message] of merged)
      if (message.quote?.id === hidden) merged.set(id, { ...message, quote: { ...message.quote, text: "" } });
  }

  async #send({ client_id, body, quote = null }: Pending): Promise<void> {
    try {
      const reply = quote === null ? {} : { reply_to: quote.id };
      const { id, sent_at } = await this.#wire.request("chat.send", { client_id, body, ...reply });
      const echoed = this.messages.value.some((message) => message.id === id);
      if (echoed) this.#settle(client_id);
      else this.#merge([{ id, client_id, author: this.#me, author_name: "", body, sent_at, hidden: false, quote, file: null }]);
    } catch (error) {
      if (error instanceof Refusal && !passes(error)) this.#refuse(client_id, error.code);
      else await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  #refuse(clientId: string, code: string): void {
    this.#owe(this.pending.value.map((one) => (one.client_id === clientId ? { ...one, refused: code } : one)));
  }

  #settle(clientId: string): void {
    if (this.pending.value.some((message) => message.client_id === clientId))
      this.#owe(this.pending.value.filter((message) => message.client_id !== clientId));
  }

  #owe(pending: readonly Pending[]): void {
    this.pending.value = pending;
    this.#drawer.setItem(this.#key, JSON.stringify(pending));
  }

  #stored(): Pending[] {
    try {
      const stored: unknown = JSON.parse(this.#drawer.getItem(this.#key) ?? "[]");
      return Array.isArray(stored) ? (stored as Pending[]) : [];
    } catch {
      return [];
    }
  }
}
