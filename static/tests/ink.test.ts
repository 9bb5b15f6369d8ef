import { expect, test } from "vitest";
import { outline } from "../room/ink.ts";

const spread = (edge: readonly [number, number][], axis: 0 | 1): [number, number] => {
  const values = edge.map((point) => point[axis]);
  return [Math.min(...values), Math.max(...values)];
};

test("a line is as thick as its pen and reaches from its first point to its last", () => {
  const points = Array.from({ length: 200 }, (_, number) => (number % 2 === 0 ? 50 * number : 300));
  const edge = outline({ colour: "red", width: 30, points });
  const [left, right] = spread(edge, 0);
  const [top, bottom] = spread(edge, 1);
  expect(bottom - top).toBeCloseTo(30, 0);
  expect(left).toBeCloseTo(-15, 0);
  expect(right).toBeCloseTo(50 * 198 + 15, 0);
});

test("a dot is round", () => {
  const edge = outline({ colour: "red", width: 30, points: [500, 700] });
  const far = edge.map(([x, y]) => Math.hypot(x - 500, y - 700));
  expect(edge.length).toBeGreaterThan(8);
  for (const radius of far) expect(Math.abs(radius - 15)).toBeLessThan(2);
});

test("a corner of a quick hand is where the hand was, and as thick as the rest", () => {
  const edge = outline({ colour: "red", width: 30, points: [0, 0, 1_000, 0, 1_000, 1_000] });
  const near = (x: number, y: number): number => Math.min(...edge.map(([ex, ey]) => Math.hypot(ex - x, ey - y)));
  expect(near(1_000, 0)).toBeLessThan(30);
  for (const at of [200, 500, 800]) {
    expect(near(at, -15)).toBeLessThan(20);
    expect(near(at, 15)).toBeLessThan(20);
    expect(near(985, at)).toBeLessThan(20);
    expect(near(1_015, at)).toBeLessThan(20);
  }
});
