/**
 * The whiteboard as a PDF (ISO 32000-1): one page, A4 lying, ink as shapes, so that it stays sharp on paper.
 * Loaded when somebody saves a board.
 */
import { BOARD } from "./board.ts";
import { INK, outline, type Line } from "./ink.ts";

/** Points of 1/72 inch. */
const PAGE = { width: 841.89, height: 595.28 };
const MARGIN = 28;

export function boardPdf(lines: readonly Line[], title: string): Uint8Array<ArrayBuffer> {
  const drawing = content(lines);
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Contents 4 0 R /Resources << >> >>`,
    `<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`,
    `<< /Title <${utf16(title)}> >>`,
  ];
  let text = "%PDF-1.4\n";
  const offsets: number[] = [];
  objects.forEach((object, index) => {
    offsets.push(text.length);
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const count = objects.length + 1;
  text += `xref\n0 ${count}\n0000000000 65535 f \n${table}trailer\n<< /Size ${count} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  // Every sign is ASCII: an offset in the text is one in the bytes.
  return new TextEncoder().encode(text);
}

/** A frame as large as the board and the ink in it; PDF counts from the bottom. */
function content(lines: readonly Line[]): string {
  const scale = Math.min((PAGE.width - 2 * MARGIN) / BOARD.width, (PAGE.height - 2 * MARGIN) / BOARD.height);
  const left = (PAGE.width - BOARD.width * scale) / 2;
  const top = (PAGE.height + BOARD.height * scale) / 2;
  const at = (x: number, y: number): string => `${short(left + x * scale)} ${short(top - y * scale)}`;
  const frame = `0.8 G 0.5 w ${at(0, BOARD.height)} ${short(BOARD.width * scale)} ${short(BOARD.height * scale)} re S`;
  const drawn = lines.map((line) => {
    const edge = outline(line).map(([x, y], index) => `${at(x, y)} ${index === 0 ? "m" : "l"}`);
    return `${ink(INK[line.colour])} rg ${edge.join(" ")} f`;
  });
  return [frame, ...drawn].join("\n");
}

const short = (value: number): string => String(Math.round(value * 100) / 100);

/** "#b3261e" as three parts of one. */
const ink = (hex: string): string => [1, 3, 5].map((at) => short(Number.parseInt(hex.slice(at, at + 2), 16) / 255)).join(" ");

/** UTF-16 with its byte order mark, in hexadecimal, as PDF writes words that are not Latin. */
const utf16 = (text: string): string =>
  `FEFF${Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, "0")).join("")}`;
