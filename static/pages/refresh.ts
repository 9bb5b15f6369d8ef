/** Parts marked `data-refresh="seconds"` are fetched anew by themselves; what was unfolded and focused stays so. */
export function keepFresh(page: Document): void {
  for (const part of page.querySelectorAll<HTMLElement>("[data-refresh]")) {
    const seconds = Number(part.dataset["refresh"]);
    if (part.id && seconds > 0) setInterval(() => void refresh(part), seconds * 1000);
  }
}

async function refresh(part: HTMLElement): Promise<void> {
  if (document.hidden) return;
  const fresh = await fetched(part.id);
  if (fresh === null || fresh.innerHTML === part.innerHTML) return;
  const unfolded = [...part.querySelectorAll("details[open]")].map((details) => details.id);
  const focused = place(part, document.activeElement);
  part.replaceChildren(...fresh.childNodes);
  for (const id of unfolded) part.querySelector(`details#${CSS.escape(id)}`)?.setAttribute("open", "");
  if (focused >= 0) focusable(part)[focused]?.focus({ preventScroll: true });
}

async function fetched(id: string): Promise<HTMLElement | null> {
  try {
    const response = await fetch(location.href, { credentials: "same-origin" });
    if (!response.ok) return null;
    return new DOMParser().parseFromString(await response.text(), "text/html").getElementById(id);
  } catch {
    // The network is away: the next turn tries again, the page stays as it was.
    return null;
  }
}

function focusable(part: HTMLElement): HTMLElement[] {
  return [...part.querySelectorAll<HTMLElement>("a, button, summary, input, select")];
}

function place(part: HTMLElement, element: Element | null): number {
  return element instanceof HTMLElement ? focusable(part).indexOf(element) : -1;
}
