import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Chat, quoteOf } from "../room/chat.ts";
import { newClientId } from "../room/clientid.ts";
import type { Message } from "../room/protocol.ts";
import { Refusal, Unanswered } from "../room/wire.ts";
import { at, ivan, MemoryDrawer, message, NOW, teacher } from "./people.ts";
import { FakeWire } from "./wire.ts";

let wire: FakeWire;
let drawer: MemoryDrawer;
let heard: Message[];

const open = (): Chat => new Chat(wire, drawer, "7", (said) => heard.push(said));
const bodies = (chat: Chat): string[] => chat.messages.value.map(({ body }) => body);
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  wire = new FakeWire();
  drawer = new MemoryDrawer();
  heard = [];
  wire.up = true;
  let id = 100;
  wire.answer("chat.send", () => ({ id: ++id, sent_at: at(0) }));
});
afterEach(() => vi.useRealTimers());

test("a message is owed until it is acknowledged, and then said", async () => {
  const chat = open();
  await chat.restore(ivan.id, []);
  chat.say("  Здравствуйте  ");
  expect(chat.pending.value.map(({ body }) => body)).toEqual(["Здравствуйте"]);
  await settle();
  expect(chat.pending.value).toEqual([]);
  expect(bodies(chat)).toEqual(["Здравствуйте"]);
});

test("nothing is said without words", async () => {
  const chat = open();
  await chat.restore(ivan.id, []);
  chat.say("   ");
  expect(chat.pending.value).toEqual([]);
});

test("what is written offline is sent in order after the reconnection, each with its own id", async () => {
  const chat = open();
  await chat.restore(ivan.id, []);
  chat.down();
  chat.say("раз");
  chat.say("два");
  await settle();
  expect(wire.count("chat.send")).toBe(0);
  await chat.restore(ivan.id, []);
  expect(wire.payloads("chat.send").map(({ body }) => body)).toEqual(["раз", "два"]);
  expect(new Set(wire.payloads("chat.send").map(({ client_id }) => client_id)).size).toBe(2);
});

test("an unanswered message is resent under the same id, and those behind it wait", async () => {
  const chat = open();
  await chat.restore(ivan.id, []);
  let failures = 2;
  wire.answer("chat.send", ({ client_id }) => {
    if (failures-- > 0) throw new Unanswered();
    return { id: client_id.length + wire.count("chat.send"), sent_at: at(0) };
  });
  chat.say("раз");
  chat.say("два");
  await settle(10_000);
  const sent = wire.payloads("chat.send");
  expect(sent.map(({ body }) => body)).toEqual(["раз", "раз", "раз", "два"]);
  expect(new Set(sent.slice(0, 3).map(({ client_id }) => client_id)).size).toBe(1);
  expect(chat.pending.value).toEqual([]);
});

test("a message that was stored although the answer was lost appears once", async () => {
  const chat = open();
  await chat.restore(ivan.id, []);
  wire.answer("chat.send", () => {
    throw new Unanswered();
  });
  chat.say("раз");
  await settle();
  const owed = chat.pending.value[0]?.client_id ?? "";
  chat.down();
  await chat.restore(ivan.id, [{ ...message(5, ivan, "раз"), client_id: owed }]);
  expect(chat.pending.value).toEqual([]);
  expect(bodies(chat)).toEqual(["раз"]);
});

test("the echo before the acknowledgement doubles nothing", async () => {
  const chat = open();
  await chat.restore(ivan.id, []);
  wire.answer("chat.send", ({ client_id, body }) => {
    wire.push("chat.message", { ...message(9, ivan, body), client_id });
    return { id: 9, sent_at: at(0) };
  });
  chat.say("раз");
  await settle();
  expect(chat.messages.value).toHaveLength(1);
  expect(heard).toEqual([]);
});

test("a refused message stays with its reason, lets the others pass and can be mended", async () => {
  const chat = open();
  await chat.restore(ivan.id, []);
  wire.answer("chat.send", ({ body }) => {
    if (body === "плохо") throw new Refusal("invalid");
    return { id: 1, sent_at: at(0) };
  });
  chat.say("плохо");
  chat.say("хорошо");
  await settle();
  expect(bodies(chat)).toEqual(["хорошо"]);
  expect(chat.pending.value).toMatchObject([{ body: "плохо", refused: "invalid" }]);
  expect(chat.withdraw(chat.pending.value[0]?.client_id ?? "")).toBe("плохо");
  expect(chat.pending.value).toEqual([]);
});

test("who writes too fast waits and is heard", async () => {
  const chat = open();
  await chat.restore(ivan.id, []);
  let first = true;
  wire.answer("chat.send", () => {
    if (!first) return { id: 1, sent_at: at(0) };
    first = false;
    throw new Refusal("flood", { retry_after: 1 });
  });
  chat.say("раз");
  await settle(2_000);
  expect(bodies(chat)).toEqual(["раз"]);
});

test("unsent messages outlive a reloaded page", async () => {
  const before = open();
  before.say("раз");
  const after = open();
  await after.restore(ivan.id, []);
  expect(wire.payloads("chat.send").map(({ body }) => body)).toEqual(["раз"]);
});

test("a drawer full of nonsense is an empty outbox", () => {
  drawer.setItem("kabinet.outbox.7", "{");
  expect(open().pending.value).toEqual([]);
});

test("messages stand in the order of their ids, each once", async () => {
  const chat = open();
  await chat.restore(ivan.id, [message(2), message(1)]);
  wire.push("chat.message", message(4));
  wire.push("chat.message", message(3));
  wire.push("chat.message", message(4));
  expect(chat.messages.value.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
});

test("a gap longer than a snapshot is filled from the last known id", async () => {
  const chat = open();
  await chat.restore(ivan.id, [message(10)]);
  const tail = Array.from({ length: 200 }, (_, index) => message(300 + index));
  wire.answer("chat.after", ({ id }) => ({
    messages: Array.from({ length: 200 }, (_, index) => message(id + 1 + index)).filter((found) => found.id < 500),
  }));
  await chat.restore(ivan.id, tail);
  expect(wire.payloads("chat.after")).toEqual([{ id: 10 }, { id: 210 }]);
  expect(chat.messages.value).toHaveLength(490);
});

test("unread counts others' messages while the conversation is closed", async () => {
  const chat = open();
  await chat.restore(ivan.id, []);
  wire.push("chat.message", message(1, teacher));
  wire.push("chat.message", message(2, ivan));
  expect(chat.unread.value).toBe(1);
  expect(heard.map(({ id }) => id)).toEqual([1]);
  chat.read(true);
  expect(chat.unread.value).toBe(0);
  wire.push("chat.message", message(3, teacher));
  expect(chat.unread.value).toBe(0);
});

test("a message hidden later loses its body in place", async () => {
  const chat = open();
  await chat.restore(ivan.id, [message(1), message(2)]);
  wire.push("chat.message", { ...message(1), body: "", hidden: true });
  expect(chat.messages.value.map(({ hidden }) => hidden)).toEqual([true, false]);
});

test("client ids are random and of one length", () => {
  const ids = new Set(Array.from({ length: 100 }, newClientId));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

test("a reply names the message that it answers, also when it is sent later", async () => {
  const chat = open();
  await chat.restore(ivan.id, [message(1)]);
  chat.down();
  chat.say("Потому что", quoteOf(message(1)));
  await chat.restore(ivan.id, []);
  expect(wire.payloads("chat.send")).toMatchObject([{ body: "Потому что", reply_to: 1 }]);
  expect(chat.messages.value.at(-1)?.quote).toEqual({ id: 1, author_name: teacher.name, text: "Сообщение 1" });
});

test("a quote is one line of so much, or the file's name", () => {
  expect(quoteOf(message(1, teacher, `раз\n${"я".repeat(200)}`)).text).toMatch(/^раз я{155}…$/);
  const file = { id: 3, name: "чертёж.png", media_type: "image/png", size: 9 };
  expect(quoteOf({ ...message(1, teacher, ""), file }).text).toBe("чертёж.png");
});

test("what is hidden disappears from the quotes too", async () => {
  const chat = open();
  const reply = { ...message(2), quote: quoteOf(message(1)) };
  await chat.restore(ivan.id, [message(1), reply]);
  wire.push("chat.message", { ...message(1), body: "", hidden: true });
  expect(chat.messages.value[0]?.hidden).toBe(true);
  expect(chat.messages.value[1]?.quote?.text).toBe("");
});

test("hiding is asked of the server", async () => {
  const chat = open();
  await chat.restore(ivan.id, [message(1)]);
  wire.answer("chat.hide", () => ({}));
  await chat.hide(1);
  expect(wire.payloads("chat.hide")).toEqual([{ id: 1 }]);
});
