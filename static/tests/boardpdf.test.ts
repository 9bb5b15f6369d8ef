import { expect, test } from "vitest";
import { boardPdf } from "../room/boardpdf.ts";

const lines = [
  { colour: "blue" as const, width: 30, points: [0, 0, 10_000, 5_625, 5_000, 100] },
  { colour: "red" as const, width: 60, points: [5_000, 2_800] },
];
const written = (...given: Parameters<typeof boardPdf>): string => new TextDecoder("latin1").decode(boardPdf(...given));

test("a board is one page of A4, lying, and its table says where each object begins", () => {
  const pdf = written(lines, "Доска: Алгебра");
  expect(pdf).toContain("/MediaBox [0 0 841.89 595.28]");
  expect(pdf).toContain("/Count 1");
  const [, start = ""] = /startxref\n(\d+)\n%%EOF\n$/.exec(pdf) ?? [];
  const table = pdf.slice(Number(start));
  expect(table.startsWith("xref\n0 6\n0000000000 65535 f \n")).toBe(true);
  const offsets = [...table.matchAll(/(\d{10}) 00000 n /g)].map(([, offset]) => Number(offset));
  expect(offsets.map((offset) => pdf.slice(offset, offset + 7))).toEqual([1, 2, 3, 4, 5].map((number) => `${number} 0 obj`));
  const [, length = "", stream = ""] = /Length (\d+) >>\nstream\n([^]*?)\nendstream/.exec(pdf) ?? [];
  expect(stream).toHaveLength(Number(length));
});

test("its title is kept in any letters", () => {
  const [, title = ""] = /Title <FEFF([0-9a-f]+)>/.exec(written([], "Доска: Алгебра")) ?? [];
  expect(title.replace(/..../g, (sign) => String.fromCharCode(Number.parseInt(sign, 16)))).toBe("Доска: Алгебра");
});

test("each line is filled in its colour, a dot too, and the frame stands alone when there is none", () => {
  const shapes = (pdf: string): string[] => pdf.split("\n").filter((line) => line.endsWith(" f"));
  expect(written([], "")).toContain(" re S");
  expect(shapes(written([], ""))).toEqual([]);
  const [blue, red] = shapes(written(lines, ""));
  expect(blue).toMatch(/^0\.11 0\.35 0\.65 rg [\d.]+ [\d.]+ m( [\d.]+ [\d.]+ l)+ f$/);
  expect(red).toMatch(/^0\.7 0\.15 0\.12 rg [\d.]+ [\d.]+ m( [\d.]+ [\d.]+ l)+ f$/);
});

test("nothing is drawn further into the margins than half a pen", () => {
  const drawn = [...written(lines, "").matchAll(/([\d.]+) ([\d.]+) [ml]/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  expect(drawn.length).toBeGreaterThan(lines.length);
  for (const [x, y] of drawn) {
    expect(Math.min(x, 841.89 - x, y, 595.28 - y)).toBeGreaterThanOrEqual(25);
  }
});
