/** Reads PDF documents; loaded when the first one is shown. */
import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import PdfWorker from "pdfjs-dist/legacy/build/pdf.worker.mjs?worker";

export type Document = PDFDocumentProxy;

/** Throws when there is no such file, or it is no PDF that can be read. */
export async function openPdf(address: string): Promise<Document> {
  GlobalWorkerOptions.workerPort ??= new PdfWorker();
  const response = await fetch(address);
  if (!response.ok) throw new Error(`no document: ${response.status}`);
  // The content security policy knows no eval and no WebAssembly; letters that a document lacks are the system's.
  return getDocument({
    data: new Uint8Array(await response.arrayBuffer()),
    useSystemFonts: true,
    useWasm: false,
    enableXfa: false,
  }).promise;
}

/** Draws a page as large as fits into a box of CSS pixels; gives its text for those who cannot see it. */
export async function drawPage(
  document: Document,
  number: number,
  canvas: HTMLCanvasElement,
  box: { width: number; height: number },
): Promise<string> {
  const page = await document.getPage(Math.min(number, document.numPages));
  const natural = page.getViewport({ scale: 1 });
  const fit = Math.min(box.width / natural.width, box.height / natural.height);
  const density = Math.min(window.devicePixelRatio || 1, 2);
  const viewport = page.getViewport({ scale: fit * density });
  canvas.width = Math.max(1, Math.floor(viewport.width));
  canvas.height = Math.max(1, Math.floor(viewport.height));
  canvas.style.setProperty("width", `${Math.floor(natural.width * fit)}px`);
  canvas.style.setProperty("height", `${Math.floor(natural.height * fit)}px`);
  await page.render({ canvas, viewport }).promise;
  const text = await page.getTextContent();
  return text.items.map((item) => ("str" in item ? item.str : "")).join(" ");
}
