/** The shared whiteboard: what is drawn on it, and what this browser draws. */
import { signal } from "@preact/signals";
import { newClientId } from "./clientid.ts";
import type { Line } from "./ink.ts";
import type { BoardUp, Colour, DrawnBy, Stroke } from "./protocol.ts";
import type { Wire } from "./wire.ts";

/** The board's size in its own units: 16:9, whatever the screen. */
export const BOARD = { width: 10_000, height: 5_625 };
const MOST_POINTS = 400;
/** As many as one answer carries. */
const PAGE = 100;

type Sent = Line & { client_id: string };

export class Board {
  /** null while the board is away. */
  readonly up = signal<BoardUp | null>(null);
  readonly strokes = signal<readonly Stroke[]>([]);
  /** Drawn here, not acknowledged yet. */
  readonly own = signal<readonly Sent[]>([]);
  readonly #wire: Wire;
  /** Erased while the strokes before were still being fetched. */
  #erased = new Set<number>();
  #fetching = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.on("board", ({ board }) => this.#show(board));
    wire.on("board.stroke", (stroke) => this.#add([stroke]));
    wire.on("board.erased", ({ id }) => {
      this.#erased.add(id);
      this.#add([]);
    });
    wire.on("board.cleared", () => this.#wiped());
  }

  /** After every join: what was drawn and erased meanwhile is asked for anew. */
  restore(board: BoardUp | null): void {
    this.own.value = [];
    this.up.value = null;
    this.#show(board);
  }

  async show(drawnBy: DrawnBy): Promise<void> {
    await this.#wire.request("board.show", { drawn_by: drawnBy });
  }

  async hide(): Promise<void> {
    await this.#wire.request("board.hide", {});
  }

  /** A line of the pen, `x, y, x, y, …` in the board's units; a long one goes in parts. */
  async draw(colour: Colour, width: number, points: readonly number[]): Promise<void> {
    const parts = split(points).map((part) => ({ client_id: newClientId(), colour, width, points: part }));
    this.own.value = [...this.own.value, ...parts];
    try {
      for (const part of parts) await this.#wire.request("board.draw", part);
    } finally {
      const sent = new Set(parts.map(({ client_id }) => client_id));
      this.own.value = this.own.value.filter(({ client_id }) => !sent.has(client_id));
    }
  }

  async erase(id: number): Promise<void> {
    await this.#wire.request("board.erase", { id });
  }

  async undo(): Promise<void> {
    await this.#wire.request("board.undo", {});
  }

  async clear(): Promise<void> {
    await this.#wire.request("board.clear", {});
  }

  #show(board: BoardUp | null): void {
    const before = this.up.value;
    this.up.value = board;
    if (board && !before) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    const mine = ++this.#fetching;
    this.strokes.value = [];
    this.#erased = new Set();
    for (let last = 0; mine === this.#fetching; ) {
      // A board that cannot be fetched now is fetched after the reconnection.
      const { strokes } = await this.#wire.request("board.after", { id: last }).catch(() => ({ strokes: [] }));
      if (mine !== this.#fetching) return;
      this.#add(strokes);
      last = strokes.at(-1)?.id ?? last;
      if (strokes.length < PAGE) return;
    }
  }

  #wiped(): void {
    this.#fetching += 1;
    this.strokes.value = [];
  }

  #add(added: readonly Stroke[]): void {
    const all = new Map([...this.strokes.value, ...added].map((stroke) => [stroke.id, stroke]));
    this.strokes.value = [...all.values()].filter(({ id }) => !this.#erased.has(id)).sort((one, other) => one.id - other.id);
  }
}

function split(points: readonly number[]): number[][] {
  const parts: number[][] = [];
  // Each part begins where the one before ended, so that the line has no gaps.
  for (let at = 0; at < points.length; at += 2 * (MOST_POINTS - 1)) {
    const part = points.slice(at, at + 2 * MOST_POINTS);
    if (part.length > 2 || parts.length === 0) parts.push(part);
  }
  return parts;
}

/** The stroke drawn last that passes within `reach` of a point. */
export function strokeAt(strokes: readonly Stroke[], x: number, y: number, reach: number): Stroke | undefined {
  return strokes.findLast(({ points, width }) => {
    for (let at = 0; at < points.length; at += 2) {
      const next = Math.min(at + 2, points.length - 2);
      if (distance(x, y, points[at] ?? 0, points[at + 1] ?? 0, points[next] ?? 0, points[next + 1] ?? 0) <= reach + width / 2)
        return true;
    }
    return false;
  });
}

/** From a point to a piece of a line. */
function distance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
  return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay));
}
