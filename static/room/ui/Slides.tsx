/** The document that everybody sees, at the host's page. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Document } from "../pdf.ts";
import type { Slides as Shown } from "../protocol.ts";
import { useAsk } from "./asking.ts";
import { fileAddress } from "./Attachment.tsx";
import { useRoom } from "./context.ts";
import { IconButton } from "./IconButton.tsx";

export function Slides(): JSX.Element | null {
  const slides = useRoom().session.tools.slides.value;
  return slides && <Presentation key={slides.file.id} slides={slides} />;
}

function Presentation({ slides }: { slides: Shown }): JSX.Element {
  const { page, session, words } = useRoom();
  const [document, setDocument] = useState<Document | null>(null);
  const [failed, setFailed] = useState(false);
  const address = fileAddress(page.sessionId, slides.file.id);
  useEffect(() => {
    let there = true;
    let opened: Document | null = null;
    const open = async (): Promise<void> => {
      const { openPdf } = await import("../pdf.ts");
      opened = await openPdf(address);
      if (there) setDocument(opened);
      else void opened.loadingTask.destroy();
    };
    open().catch(() => there && setFailed(true));
    return () => {
      there = false;
      void opened?.loadingTask.destroy();
    };
  }, [address]);
  return (
    <section class="slides" aria-label={words.tools.slides.label(slides.file.name)}>
      {failed && (
        <p class="stage-note" role="alert">
          {words.tools.slides.failed}{" "}
          <a href={address} download={slides.file.name}>
            {slides.file.name}
          </a>
        </p>
      )}
      {!document && !failed && <p class="stage-note">{words.tools.slides.opening}</p>}
      {document && <PageOf document={document} number={slides.page} />}
      <p class="slides-bar">
        {session.rights.value.moderate && document ? (
          <Turning page={slides.page} pages={document.numPages} />
        ) : (
          <span>{document && words.tools.slides.page(slides.page, document.numPages)}</span>
        )}
      </p>
    </section>
  );
}

function PageOf({ document, number }: { document: Document; number: number }): JSX.Element {
  const { words } = useRoom();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [box, setBox] = useState({ width: 0, height: 0 });
  const [text, setText] = useState("");
  useEffect(() => {
    if (!frame.current) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setBox({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  // One drawing at a time: two would paint over each other on one canvas.
  const drawing = useRef(Promise.resolve());
  useEffect(() => {
    let wanted = true;
    const draw = async (): Promise<void> => {
      if (!wanted || !canvas.current || box.width === 0 || box.height === 0) return;
      const { drawPage } = await import("../pdf.ts");
      if (wanted && canvas.current) setText(await drawPage(document, number, canvas.current, box));
    };
    // A page that cannot be drawn leaves the one before; its file can still be saved from the chat.
    drawing.current = drawing.current.then(draw).catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [document, number, box]);
  return (
    <div class="slides-page" ref={frame} data-page={number}>
      <canvas ref={canvas} role="img" aria-label={words.tools.slides.page(number, document.numPages)} />
      <p class="hidden-words always">{text}</p>
    </div>
  );
}

function Turning({ page, pages }: { page: number; pages: number }): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  const turn = (to: number): void => ask(() => session.tools.turn(to));
  const { slides } = words.tools;
  return (
    <>
      <IconButton icon="back" label={slides.back} look="quiet round-small" disabled={page <= 1} press={() => turn(page - 1)} />
      <span>{slides.page(page, pages)}</span>
      <IconButton icon="forward" label={slides.forward} look="quiet round-small" disabled={page >= pages} press={() => turn(page + 1)} />
      <button type="button" class="quiet" onClick={() => ask(() => session.tools.hideSlides())}>
        {slides.hide}
      </button>
    </>
  );
}
