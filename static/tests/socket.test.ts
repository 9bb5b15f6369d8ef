/** The wire over Socket.IO, with the library's socket in the test's hands. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal, SocketWire, Unanswered, type WireState } from "../room/wire.ts";

class FakeSocket {
  connected = false;
  active = false;
  connects = 0;
  answer: () => Promise<unknown> = () => Promise.reject(new Error("timeout"));
  readonly #handlers = new Map<string, (...given: never[]) => void>();
  on(event: string, handler: (...given: never[]) => void): this {
    this.#handlers.set(event, handler);
    return this;
  }
  tell(event: string, ...given: unknown[]): void {
    if (event === "connect") this.connected = true;
    if (event === "disconnect") this.connected = false;
    this.#handlers.get(event)?.(...(given as never[]));
  }
  connect(): this {
    this.connects += 1;
    return this;
  }
  disconnect(): this {
    if (this.connected) this.tell("disconnect", "io client disconnect");
    return this;
  }
  timeout(): { emitWithAck: () => Promise<unknown> } {
    return { emitWithAck: () => this.answer() };
  }
}

const given = vi.hoisted(() => ({ socket: null as unknown, options: null as unknown }));
vi.mock("socket.io-client", () => ({
  io: (options: unknown) => {
    given.options = options;
    return given.socket;
  },
}));

let socket: FakeSocket;
let wire: SocketWire;
let states: WireState[];
let tickets: (() => Promise<string>)[];
let fetched: number;

beforeEach(() => {
  vi.useFakeTimers();
  given.socket = socket = new FakeSocket();
  states = [];
  tickets = [];
  fetched = 0;
  wire = new SocketWire(() => {
    fetched += 1;
    return tickets.shift()?.() ?? Promise.resolve(`ticket ${fetched}`);
  });
  wire.onState((state) => states.push(state));
});
afterEach(() => vi.useRealTimers());

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const refused = (code?: string): Error => Object.assign(new Error("refused"), code ? { data: { code } } : {});
const auth = (): unknown => {
  let told: unknown;
  (given.options as { auth: (give: (data: unknown) => void) => void }).auth((data) => (told = data));
  return told;
};

test("it connects over WebSocket alone, with a ticket and the protocol's version", async () => {
  wire.open();
  await settle();
  expect(given.options).toMatchObject({ path: "/socket.io", transports: ["websocket"], autoConnect: false });
  expect(auth()).toEqual({ ticket: "ticket 1", version: 1 });
  socket.tell("connect");
  expect(states).toEqual([{ name: "up" }]);
});

test("nothing is asked while the wire is down", async () => {
  const asked = vi.spyOn(socket, "timeout");
  await expect(wire.request("join", {})).rejects.toThrow(Unanswered);
  expect(asked).not.toHaveBeenCalled();
});

test("an answer is its data, a refusal its code and data, silence neither", async () => {
  wire.open();
  await settle();
  socket.tell("connect");
  socket.answer = () => Promise.resolve({ ok: true, data: { id: "p" } });
  expect(await wire.request("producer.close", { id: "p" })).toEqual({ id: "p" });
  socket.answer = () => Promise.resolve({ ok: false, code: "no_right", data: { right: "write" } });
  await expect(wire.request("leave", {})).rejects.toEqual(new Refusal("no_right", { right: "write" }));
  socket.answer = () => Promise.reject(new Error("operation has timed out"));
  await expect(wire.request("leave", {})).rejects.toThrow(Unanswered);
});

test("a reconnection uses the same ticket", async () => {
  wire.open();
  await settle();
  socket.tell("connect");
  socket.tell("disconnect", "io server disconnect");
  await settle(1_000);
  expect([fetched, socket.connects, auth()]).toEqual([1, 2, { ticket: "ticket 1", version: 1 }]);
});

test("after closing nothing calls again", async () => {
  wire.open();
  await settle();
  socket.tell("connect");
  socket.tell("disconnect", "io server disconnect");
  wire.close();
  await settle(60_000);
  expect(socket.connects).toBe(1);
});

test("a ticket that is no longer accepted is replaced once", async () => {
  wire.open();
  await settle();
  socket.tell("connect_error", refused("bad_ticket"));
  await settle();
  expect(fetched).toBe(2);
  socket.tell("connect_error", refused("bad_ticket"));
  await settle(60_000);
  expect([fetched, states]).toEqual([2, [{ name: "refused", code: "bad_ticket" }]]);
});

test("a seat that was taken over is not fought for", async () => {
  wire.open();
  await settle();
  socket.tell("connect_error", refused("taken_over"));
  await settle(60_000);
  expect([fetched, socket.connects, states]).toEqual([1, 1, [{ name: "refused", code: "taken_over" }]]);
});

test.each([undefined, "internal", "media_unavailable"])("a server that stumbles (%s) is called again", async (code) => {
  wire.open();
  await settle();
  socket.tell("connect_error", refused(code));
  await settle(4_000);
  expect([socket.connects, states]).toEqual([2, [{ name: "down" }]]);
});

test("no ticket for who may not enter, another try for who has no network", async () => {
  tickets = [() => Promise.reject(new TypeError("network")), () => Promise.reject(new Refusal("link_revoked"))];
  wire.open();
  await settle();
  expect(states).toEqual([]);
  await settle(4_000);
  expect([socket.connects, states]).toEqual([0, [{ name: "refused", code: "link_revoked" }]]);
});
