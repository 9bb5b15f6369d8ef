/** What a pen leaves on the whiteboard, in the board's own units. Loaded when a board is put up. */
import { getStroke } from "perfect-freehand";
import { BOARD } from "./board.ts";
import type { Colour, Stroke } from "./protocol.ts";

/** A line of the pen: its points are `x, y, x, y, …`. */
export type Line = Pick<Stroke, "colour" | "width" | "points">;

export const INK: Record<Colour, string> = { black: "#1b1f24", red: "#b3261e", blue: "#1b5aa6", green: "#1a6a37" };

/** As thick everywhere, a little smoother than the hand, and as far as the hand went: a long line comes in parts. */
const PEN = { thinning: 0, streamline: 0.3, simulatePressure: false, last: true };

/** The edge of a line, to be filled; a dot is round. */
export function outline({ width, points }: Line): [number, number][] {
  return getStroke(dense(points, width), { ...PEN, size: width }) as [number, number][];
}

/** A quick hand leaves its points far apart, and a corner between two such would be pointed and thin. */
function dense(points: readonly number[], step: number): [number, number][] {
  const [left = 0, top = 0] = points;
  const all: [number, number][] = [[left, top]];
  for (let at = 2; at < points.length; at += 2) {
    const [fromX, fromY] = [points[at - 2] ?? 0, points[at - 1] ?? 0];
    const [x, y] = [points[at] ?? 0, points[at + 1] ?? 0];
    const steps = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / step));
    for (let one = 1; one <= steps; one += 1) {
      const share = one / steps;
      all.push([fromX + (x - fromX) * share, fromY + (y - fromY) * share]);
    }
  }
  return all;
}

/** Each line's path is made once, however often everything is painted. */
const paths = new WeakMap<Line, Path2D>();

function path(line: Line): Path2D {
  const known = paths.get(line);
  if (known) return known;
  const made = new Path2D();
  for (const [x, y] of outline(line)) made.lineTo(x, y);
  paths.set(line, made);
  return made;
}

/** Draws everything on white, as wide as the canvas is. */
export function paint(canvas: HTMLCanvasElement, lines: readonly Line[]): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const scale = canvas.width / BOARD.width;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, BOARD.width, canvas.height / scale);
  for (const line of lines) {
    context.fillStyle = INK[line.colour];
    context.fill(path(line));
  }
}
