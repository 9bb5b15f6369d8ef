import { beforeEach, expect, test } from "vitest";
import { Board, strokeAt } from "../room/board.ts";
import type { Stroke } from "../room/protocol.ts";
import { FakeWire } from "./wire.ts";

let wire: FakeWire;
let board: Board;
let stored: Stroke[];

const stroke = (id: number, points = [0, 0, 1_000, 0]): Stroke => ({
  id, author: 1, client_id: `s${id}`, colour: "red", width: 30, points,
});
const ids = (): number[] => board.strokes.value.map(({ id }) => id);
const settle = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  wire = new FakeWire();
  wire.up = true;
  stored = [];
  wire.answer("board.after", ({ id }) => ({ strokes: stored.filter((one) => one.id > id).slice(0, 100) }));
  board = new Board(wire);
});

test("everything drawn so far is fetched, page by page, when the board is up", async () => {
  stored = Array.from({ length: 150 }, (_, number) => stroke(number + 1));
  board.restore({ drawn_by: "hosts" });
  await settle();
  expect(ids().length).toBe(150);
  expect(wire.payloads("board.after")).toEqual([{ id: 0 }, { id: 100 }]);
});

test("while the board is away nothing is fetched", async () => {
  board.restore(null);
  await settle();
  expect(wire.count("board.after")).toBe(0);
  wire.push("board", { board: { drawn_by: "hosts" } });
  wire.push("board", { board: { drawn_by: "everybody" } });
  expect(wire.count("board.after")).toBe(1);
});

test("strokes come in their order, once each, and what is erased meanwhile stays away", async () => {
  stored = [stroke(1), stroke(2)];
  board.restore({ drawn_by: "hosts" });
  wire.push("board.stroke", stroke(3));
  wire.push("board.erased", { id: 2 });
  await settle();
  wire.push("board.stroke", stroke(3));
  expect(ids()).toEqual([1, 3]);
  wire.push("board.cleared", {});
  expect(ids()).toEqual([]);
});

test("who comes back has what the others have", async () => {
  stored = [stroke(1)];
  board.restore({ drawn_by: "hosts" });
  await settle();
  stored = [stroke(2)];
  board.restore({ drawn_by: "hosts" });
  await settle();
  expect(ids()).toEqual([2]);
});

test("a long line goes in parts without gaps, and is seen until it is acknowledged", async () => {
  const points = Array.from({ length: 1_000 }, (_, number) => number);
  const sent = board.draw("blue", 30, points);
  expect(board.own.value.length).toBe(2);
  await sent;
  const parts = wire.payloads("board.draw").map((part) => part.points);
  expect(parts.map((part) => part.length)).toEqual([800, 202]);
  expect(parts[1]?.slice(0, 2)).toEqual(parts[0]?.slice(-2));
  expect(board.own.value).toEqual([]);
});

test("the eraser finds the line drawn last that it touches", () => {
  const lines = [stroke(1), stroke(2, [0, 0, 0, 1_000]), stroke(3, [5_000, 5_000])];
  expect(strokeAt(lines, 500, 40, 50)?.id).toBe(1);
  expect(strokeAt(lines, 0, 0, 50)?.id).toBe(2);
  expect(strokeAt(lines, 5_010, 5_010, 50)?.id).toBe(3);
  expect(strokeAt(lines, 3_000, 3_000, 50)).toBeUndefined();
});
