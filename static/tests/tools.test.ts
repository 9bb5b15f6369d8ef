import { beforeEach, expect, test } from "vitest";
import type { Poll, Timer, ToolsNow } from "../room/protocol.ts";
import { countdown, Tools } from "../room/tools.ts";
import { at, NOW } from "./people.ts";
import { FakeWire } from "./wire.ts";

let wire: FakeWire;
let asked: string[];
let tools: Tools;

const nothing: ToolsNow = { poll: null, timer: null, slides: null, board: null, checklist: null };
const poll = (more: Partial<Poll> = {}): Poll => ({
  id: 5, kind: "yes_no", question: "Понятно?", options: [], shown: false, closed: false, mine: null, results: null, ...more,
});
const pdf = { id: 3, name: "урок.pdf", media_type: "application/pdf", size: 9 };

beforeEach(() => {
  wire = new FakeWire();
  wire.up = true;
  asked = [];
  tools = new Tools(wire, ({ question }) => asked.push(question));
});

test("everything comes with the snapshot and changes with the pushes", () => {
  const timer = { started_at: at(0), ends_at: at(20), break_ends_at: null };
  tools.restore({ ...nothing, timer, checklist: [{ item: "briefing", ticked_at: null }] });
  expect(tools.timer.value).toEqual(timer);
  wire.push("timer", { timer: null });
  wire.push("slides", { slides: { file: pdf, page: 2 } });
  wire.push("checklist", { checklist: [{ item: "briefing", ticked_at: at(1) }] });
  expect([tools.timer.value, tools.slides.value?.page, tools.checklist.value?.[0]?.ticked_at]).toEqual([null, 2, at(1)]);
});

test("a new question is told once, however often it comes", () => {
  wire.push("poll", { poll: poll() });
  wire.push("poll", { poll: poll({ shown: true }) });
  tools.restore({ ...nothing, poll: poll() });
  expect(asked).toEqual(["Понятно?"]);
  wire.push("poll", { poll: poll({ id: 6, question: "А теперь?" }) });
  expect(asked).toEqual(["Понятно?", "А теперь?"]);
});

test("who comes late to a closed or an answered question is not asked", () => {
  tools.restore({ ...nothing, poll: poll({ closed: true }) });
  tools.restore({ ...nothing, poll: poll({ id: 6, mine: { choices: [0], text: "" } }) });
  expect(asked).toEqual([]);
  expect(tools.poll.value?.id).toBe(6);
});

test("new rights bring new tools", () => {
  wire.push("tools", { ...nothing, checklist: [{ item: "briefing", ticked_at: null }] });
  expect(tools.checklist.value).toHaveLength(1);
});

test("requests say what was done", async () => {
  await tools.choose(5, [1]);
  await tools.write(5, "Да");
  await tools.startTimer(20, 5);
  await tools.turn(3);
  await tools.tick("briefing", true);
  expect(wire.asked.map(({ event, payload }) => [event, payload])).toEqual([
    ["poll.choose", { id: 5, choices: [1] }],
    ["poll.write", { id: 5, text: "Да" }],
    ["timer.start", { minutes: 20, break_minutes: 5 }],
    ["slides.turn", { page: 3 }],
    ["checklist.tick", { item: "briefing", done: true }],
  ]);
});

test.each<[string, Partial<Timer>, number, ReturnType<typeof countdown>]>([
  ["works", {}, 0, { name: "work", left: 1_200_000 }],
  ["rests", {}, 21, { name: "break", left: 240_000 }],
  ["is over after the break", {}, 25, { name: "over" }],
  ["is over at once without a break", { break_ends_at: null }, 20, { name: "over" }],
])("a timer %s", (_, more, minute, expected) => {
  const timer = { started_at: at(0), ends_at: at(20), break_ends_at: at(25), ...more };
  expect(countdown(timer, NOW + minute * 60_000)).toEqual(expected);
});
