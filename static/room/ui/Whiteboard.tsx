/** The whiteboard that everybody sees; those who may draw on it. */
import type { JSX, TargetedPointerEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { BOARD, strokeAt } from "../board.ts";
import { paint } from "../ink.ts";
import type { Colour } from "../protocol.ts";
import { useAsk } from "./asking.ts";
import { useRoom } from "./context.ts";

const PEN = 30;
const REACH = 120;
const COLOURS: readonly Colour[] = ["black", "red", "blue", "green"];
type Tool = Colour | "eraser";

export function Whiteboard(): JSX.Element | null {
  const { session, words } = useRoom();
  const { board } = session.tools;
  const { moderate, write } = session.rights.value;
  const [tool, setTool] = useState<Tool>("black");
  const up = board.up.value;
  if (!up) return null;
  const draws = moderate || (write && up.drawn_by === "everybody");
  return (
    <section class="slides" aria-label={words.tools.board.title}>
      <Sheet tool={draws ? tool : null} />
      <div class="slides-bar" role="group" aria-label={words.tools.board.title}>
        {draws && <Pens tool={tool} choose={setTool} />}
        <Deeds draws={draws} />
      </div>
    </section>
  );
}

function Pens({ tool, choose }: { tool: Tool; choose: (tool: Tool) => void }): JSX.Element {
  const { words } = useRoom();
  return (
    <>
      {[...COLOURS, "eraser" as const].map((one) => (
        <button key={one} type="button" class="pen" data-ink={one} aria-pressed={tool === one} onClick={() => choose(one)}>
          <span class="pen-name">{words.tools.board.pens[one]}</span>
        </button>
      ))}
    </>
  );
}

function Deeds({ draws }: { draws: boolean }): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  const { board } = session.tools;
  const { moderate } = session.rights.value;
  const open = board.up.value?.drawn_by === "everybody";
  const title = session.session.value?.title ?? "";
  const savePicture = (): void => {
    const canvas = document.createElement("canvas");
    canvas.width = 1920;
    canvas.height = 1080;
    paint(canvas, board.strokes.value);
    canvas.toBlob((picture) => picture && download(picture, words.tools.board.file("png")), "image/png");
  };
  const savePdf = async (): Promise<void> => {
    const { boardPdf } = await import("../boardpdf.ts");
    const pdf = boardPdf(board.strokes.value, `${words.tools.board.title}: ${title}`);
    download(new Blob([pdf], { type: "application/pdf" }), words.tools.board.file("pdf"));
  };
  return (
    <>
      {draws && <button type="button" onClick={() => ask(() => board.undo())}>{words.tools.board.undo}</button>}
      <button type="button" onClick={savePicture}>{words.tools.board.savePicture}</button>
      <button type="button" onClick={() => void savePdf()}>{words.tools.board.savePdf}</button>
      {moderate && (
        <>
          <button type="button" onClick={() => ask(() => board.clear())}>{words.tools.board.clear}</button>
          <button type="button" aria-pressed={open} onClick={() => ask(() => board.show(open ? "hosts" : "everybody"))}>
            {words.tools.board.everybody}
          </button>
          <button type="button" onClick={() => ask(() => board.hide())}>{words.tools.board.hide}</button>
        </>
      )}
    </>
  );
}

function download(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(content);
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function Sheet({ tool }: { tool: Tool | null }): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  const { board } = session.tools;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const line = useRef<number[]>([]);
  const [box, setBox] = useState({ width: 0, height: 0 });
  const strokes = board.strokes.value;
  const own = board.own.value;

  const repaint = (): void => {
    if (!canvas.current) return;
    const drawing = line.current.length > 0 && tool && tool !== "eraser" ? [{ colour: tool, width: PEN, points: line.current }] : [];
    paint(canvas.current, [...strokes, ...own, ...drawing]);
  };
  useEffect(() => {
    if (!frame.current) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setBox({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const sheet = canvas.current;
    if (!sheet || box.width === 0) return;
    const width = Math.max(1, Math.min(box.width, (box.height * BOARD.width) / BOARD.height));
    const density = Math.min(window.devicePixelRatio || 1, 2);
    sheet.width = Math.floor(width * density);
    sheet.height = Math.floor((width * density * BOARD.height) / BOARD.width);
    sheet.style.setProperty("width", `${Math.floor(width)}px`);
    sheet.style.setProperty("height", `${Math.floor((width * BOARD.height) / BOARD.width)}px`);
    repaint();
  }, [box]);
  useEffect(repaint, [strokes, own]);

  const place = (event: PointerEvent): [number, number] => {
    const rect = canvas.current?.getBoundingClientRect();
    if (!rect || rect.width === 0) return [0, 0];
    const scale = BOARD.width / rect.width;
    const within = (value: number, most: number): number => Math.max(0, Math.min(most, Math.round(value * scale)));
    return [within(event.clientX - rect.left, BOARD.width), within(event.clientY - rect.top, BOARD.height)];
  };
  const begin = (event: TargetedPointerEvent<HTMLCanvasElement>): void => {
    if (!tool || !event.isPrimary) return;
    const [x, y] = place(event);
    if (tool === "eraser") {
      const hit = strokeAt(strokes, x, y, REACH);
      if (hit) ask(() => board.erase(hit.id));
      return;
    }
    event.currentTarget.setPointerCapture(event.pointerId);
    line.current = [x, y];
    repaint();
  };
  const go = (event: TargetedPointerEvent<HTMLCanvasElement>): void => {
    if (line.current.length === 0 || !event.isPrimary) return;
    line.current.push(...place(event));
    repaint();
  };
  const end = (): void => {
    const points = line.current;
    line.current = [];
    if (points.length > 0 && tool && tool !== "eraser") ask(() => board.draw(tool, PEN, points));
  };
  return (
    <div class="slides-page" ref={frame}>
      <canvas
        ref={canvas}
        class="sheet"
        role="img"
        aria-label={words.tools.board.strokes(strokes.length)}
        data-draws={tool !== null}
        onPointerDown={begin}
        onPointerMove={go}
        onPointerUp={end}
        onPointerCancel={end}
      />
    </div>
  );
}
