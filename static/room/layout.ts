/** Who is shown where and how large: decisions only, no elements. */
import type { Form, Kind, Peer, Producer } from "./protocol.ts";
import { hosts } from "./people.ts";

export type Spot = { peer: Peer; source: "camera" | "screen" };
/** grid: equal tiles; stage: one large picture (null while it is awaited) and small ones beside it. */
export type Arrangement = { name: "grid"; tiles: Peer[] } | { name: "stage"; main: Spot | null; beside: Peer[] };

export type Scene = {
  form: Form;
  kind: Kind;
  me: Peer;
  others: readonly Peer[];
  producers: readonly Producer[];
  speaker: number | null;
  /** Whom I want to see large, if they are here. */
  pinned?: number | null;
};

const FACES_BESIDE = 4;

export function arrange(scene: Scene): Arrangement {
  const pinned = scene.others.find(({ id }) => id === scene.pinned);
  if (pinned) return { name: "stage", main: { peer: pinned, source: "camera" }, beside: faces(scene, pinned).filter((peer) => peer !== pinned) };
  const screen = sharedScreen(scene);
  if (screen) return { name: "stage", main: { peer: screen, source: "screen" }, beside: faces(scene, screen) };
  if (scene.form === "webinar" && scene.kind === "group") return webinar(scene);
  return { name: "grid", tiles: [...scene.others, scene.me] };
}

/** The screen shared last wins. My own is never shown back to me: a picture in a picture helps nobody. */
function sharedScreen({ others, producers }: Scene): Peer | undefined {
  const sharer = producers.findLast((producer) => producer.source === "screen" && others.some(({ id }) => id === producer.peer));
  return others.find(({ id }) => id === sharer?.peer);
}

/** Beside a screen: whoever shows it, whoever speaks, those who can be seen, and I. */
function faces({ me, others, producers, speaker }: Scene, sharer: Peer): Peer[] {
  const seen = (peer: Peer): boolean => producers.some(({ peer: id, source }) => id === peer.id && source === "camera");
  const speaking = others.filter(({ id }) => id === speaker);
  const chosen = new Set([sharer, ...speaking, ...others.filter(seen)]);
  const mine = producers.some(({ peer }) => peer === me.id) ? [me] : [];
  return [...[...chosen].slice(0, FACES_BESIDE - mine.length), ...mine];
}

/** The host large, whoever else publishes beside; the audience is a list, not a wall of faces. */
function webinar({ me, others, producers }: Scene): Arrangement {
  const everybody = [...others, me];
  const publishes = (peer: Peer): boolean => producers.some((producer) => producer.peer === peer.id);
  const main = everybody.find((peer) => hosts(peer) && publishes(peer)) ?? everybody.find(hosts);
  const beside = everybody.filter((peer) => peer !== main && publishes(peer));
  return { name: "stage", main: main ? { peer: main, source: "camera" } : null, beside };
}

/** At most this many tiles at once: nobody looks at more faces, and only what is shown is sent. */
export const TILES_ON_A_PAGE = { wide: 9, narrow: 4 };

export type TilePage = { tiles: Peer[]; page: number; pages: number };

/** The page of tiles with that number, or the last one when there are fewer by now. */
export function pageOf(tiles: readonly Peer[], wanted: number, atMost: number): TilePage {
  const pages = Math.max(1, Math.ceil(tiles.length / atMost));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  return { tiles: tiles.slice(page * atMost, (page + 1) * atMost), page, pages };
}

export type Grid = { columns: number; width: number; height: number };

const WIDEST = 16 / 9;
/** Cameras give 16:9: a tile much taller would cut faces off at the sides. A phone held upright has height to spare. */
const TALLEST = 6 / 5;
const TALLEST_UPRIGHT = 3 / 4;
const SMALLEST = 120;
const SMALLEST_IN_A_ROW = 72;

/** The number of columns that shows faces largest; below the smallest useful tile the grid scrolls instead. */
export function fitGrid(count: number, width: number, height: number, gap: number): Grid {
  let best = cell(1, count, width, height, gap);
  for (let columns = 2; columns <= count; columns++) {
    const next = cell(columns, count, width, height, gap);
    if (face(next) > face(best)) best = next;
  }
  // In a low place whole small tiles are better than the upper halves of large ones.
  const smallest = height < SMALLEST ? SMALLEST_IN_A_ROW : SMALLEST;
  return best.width >= Math.min(smallest, width) ? best : scrolling(width, gap);
}

function cell(columns: number, count: number, width: number, height: number, gap: number): Grid {
  const rows = Math.ceil(count / columns);
  const across = Math.max(0, (width - gap * (columns - 1)) / columns);
  const down = Math.max(0, (height - gap * (rows - 1)) / rows);
  const tallest = width < height ? TALLEST_UPRIGHT : TALLEST;
  return {
    columns,
    width: Math.floor(Math.min(across, down * WIDEST)),
    height: Math.floor(Math.min(down, across / tallest)),
  };
}

/** A face fills about a 4:3 part of the tile: its area is what counts, not the tile's. */
function face({ width, height }: Grid): number {
  const across = Math.min(width, (height * 4) / 3);
  return across * across;
}

function scrolling(width: number, gap: number): Grid {
  const columns = Math.max(1, Math.floor((width + gap) / (SMALLEST + gap)));
  const across = Math.floor((width - gap * (columns - 1)) / columns);
  return { columns, width: across, height: Math.floor((across * 3) / 4) };
}
