import { describe, expect, test } from "vitest";
import { arrange, fitGrid, type Scene } from "../room/layout.ts";
import type { Producer, Source } from "../room/protocol.ts";
import { ivan, mother, teacher } from "./people.ts";

const sends = (peer: { id: number }, source: Source): Producer => ({
  id: `${peer.id}-${source}`, peer: peer.id, kind: source === "microphone" ? "audio" : "video", source, paused: false,
});
const scene = (more: Partial<Scene>): Scene => ({
  form: "videoconference", kind: "group", me: ivan, others: [teacher, mother], producers: [], speaker: null, ...more,
});

describe("who is shown", () => {
  test("a conference shows equals, me last", () => {
    expect(arrange(scene({}))).toEqual({ name: "grid", tiles: [teacher, mother, ivan] });
  });

  test("a shared screen is large, with whoever shows and whoever speaks beside it", () => {
    const producers = [sends(teacher, "screen"), sends(ivan, "camera")];
    expect(arrange(scene({ producers, speaker: mother.id }))).toEqual({
      name: "stage", main: { peer: teacher, source: "screen" }, beside: [teacher, mother, ivan],
    });
  });

  test("my own screen is not shown back to me", () => {
    expect(arrange(scene({ producers: [sends(ivan, "screen")] })).name).toBe("grid");
  });

  test("whom I have pinned is large, even beside a screen, while they are here", () => {
    const producers = [sends(teacher, "screen"), sends(mother, "camera"), sends(ivan, "camera")];
    expect(arrange(scene({ producers, pinned: mother.id }))).toEqual({
      name: "stage", main: { peer: mother, source: "camera" }, beside: [ivan],
    });
    expect(arrange(scene({ pinned: 99 })).name).toBe("grid");
  });

  test("the screen shared last wins", () => {
    const producers = [sends(teacher, "screen"), sends(mother, "screen")];
    expect(arrange(scene({ producers }))).toMatchObject({ main: { peer: mother } });
  });

  test("a webinar shows its host large and no wall of listeners", () => {
    const webinar = scene({ form: "webinar", producers: [sends(teacher, "camera")] });
    expect(arrange(webinar)).toEqual({ name: "stage", main: { peer: teacher, source: "camera" }, beside: [] });
  });

  test("the host of a webinar sees their own picture there", () => {
    const webinar = scene({ form: "webinar", me: teacher, others: [ivan] });
    expect(arrange(webinar)).toMatchObject({ main: { peer: teacher } });
  });

  test("a webinar without its host has an empty stage", () => {
    expect(arrange(scene({ form: "webinar", others: [mother] }))).toMatchObject({ name: "stage", main: null });
  });

  test("an individual webinar is a conversation of two", () => {
    expect(arrange(scene({ form: "webinar", kind: "individual", others: [teacher] })).name).toBe("grid");
  });
});

describe("how large", () => {
  test.each([
    [1, 1280, 600, 1],
    [2, 1280, 600, 2],
    [2, 344, 500, 1],
    [2, 560, 260, 2],
    [4, 1280, 600, 2],
    [9, 1280, 600, 3],
  ])("%i tiles in %i × %i stand in %i columns", (count, width, height, columns) => {
    expect(fitGrid(count, width, height, 8).columns).toBe(columns);
  });

  test.each([1, 2, 3, 5, 8, 12])("%i tiles fit without scrolling on a desktop", (count) => {
    const { columns, width, height } = fitGrid(count, 1280, 600, 8);
    const rows = Math.ceil(count / columns);
    expect(columns * width + (columns - 1) * 8).toBeLessThanOrEqual(1280);
    expect(rows * height + (rows - 1) * 8).toBeLessThanOrEqual(600);
  });

  test("a crowd on a phone scrolls instead of shrinking to stamps", () => {
    const { columns, width } = fitGrid(40, 344, 500, 8);
    expect(columns).toBe(2);
    expect(width).toBe(168);
  });

  test("on an upright phone four faces use the height", () => {
    expect(fitGrid(4, 344, 500, 8)).toEqual({ columns: 2, width: 168, height: 224 });
  });

  test("under slides on an upright phone four faces stand whole in one low row", () => {
    expect(fitGrid(4, 344, 84, 8)).toEqual({ columns: 4, width: 80, height: 66 });
  });

  test("no place at all is no error", () => {
    expect(fitGrid(3, 0, 0, 8)).toMatchObject({ width: 0 });
  });
});
