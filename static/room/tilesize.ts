/** How large an element really is on this screen: in device pixels, 0 × 0 while nobody can see it. */
import type { TileSize } from "./receiving.ts";

/** A window being dragged changes size sixty times a second; the server needs the last one. */
const SETTLE_MS = 200;

/** Tells until the returned function is called, and then says 0 × 0. */
export function watchSize(element: Element, tell: (size: TileSize) => void): () => void {
  let inView = true;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const measure = (): TileSize => {
    if (!inView || document.hidden) return { width: 0, height: 0 };
    const { width, height } = element.getBoundingClientRect();
    const ratio = globalThis.devicePixelRatio || 1;
    return { width: Math.round(width * ratio), height: Math.round(height * ratio) };
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => tell(measure()), SETTLE_MS);
  };
  const sizes = new ResizeObserver(soon);
  const views = new IntersectionObserver((entries) => {
    inView = entries.at(-1)?.isIntersecting ?? inView;
    soon();
  });

  sizes.observe(element);
  views.observe(element);
  document.addEventListener("visibilitychange", soon);
  tell(measure());
  return () => {
    clearTimeout(timer);
    sizes.disconnect();
    views.disconnect();
    document.removeEventListener("visibilitychange", soon);
    tell({ width: 0, height: 0 });
  };
}
