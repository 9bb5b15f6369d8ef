/** A wire without a network: the test answers requests and sends pushes by hand. */
import type { Pushes, Requests } from "../room/protocol.ts";
import { Unanswered, type Wire, type WireState } from "../room/wire.ts";

type Asked = { event: keyof Requests; payload: unknown };
type Reply = (payload: never) => unknown;

export class FakeWire implements Wire {
  readonly asked: Asked[] = [];
  readonly replies = new Map<string, Reply>();
  readonly calls: string[] = [];
  up = false;
  #handlers = new Map<string, ((payload: never) => void)[]>();
  #report: (state: WireState) => void = () => {};

  open(): void {
    this.calls.push("open");
  }

  close(): void {
    this.calls.push("close");
    this.up = false;
  }

  reopen(): void {
    this.calls.push("reopen");
  }

  async request<E extends keyof Requests>(event: E, payload: Requests[E][0]): Promise<Requests[E][1]> {
    this.asked.push({ event, payload });
    if (!this.up) throw new Unanswered();
    return (await this.replies.get(event)?.(payload as never)) as Requests[E][1];
  }

  on<E extends keyof Pushes>(event: E, handler: (payload: Pushes[E]) => void): void {
    this.#handlers.set(event, [...(this.#handlers.get(event) ?? []), handler as (payload: never) => void]);
  }

  onState(handler: (state: WireState) => void): void {
    this.#report = handler;
  }

  answer<E extends keyof Requests>(event: E, reply: (payload: Requests[E][0]) => Requests[E][1] | Promise<Requests[E][1]>): void {
    this.replies.set(event, reply as Reply);
  }

  push<E extends keyof Pushes>(event: E, payload: Pushes[E]): void {
    for (const handler of this.#handlers.get(event) ?? []) handler(payload as never);
  }

  state(state: WireState): void {
    this.up = state.name === "up";
    this.#report(state);
  }

  count(event: keyof Requests): number {
    return this.asked.filter((asked) => asked.event === event).length;
  }

  payloads<E extends keyof Requests>(event: E): Requests[E][0][] {
    return this.asked.filter((asked) => asked.event === event).map((asked) => asked.payload as Requests[E][0]);
  }
}
