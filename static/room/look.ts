/** The version for the visually impaired (ГОСТ Р 52872-2019): the same three schemes and sizes as on every page. */
import { signal } from "@preact/signals";

export const SCHEMES = ["black-on-white", "white-on-black", "blue-on-sky"] as const;
export const SIZES = ["normal", "large", "huge"] as const;
export type Scheme = (typeof SCHEMES)[number];
export type Size = (typeof SIZES)[number];

const among = <T extends string>(all: readonly T[], value: string | undefined): T | null =>
  all.find((one) => one === value) ?? null;

/** What the page wears: shown at once, and kept by the server for the other pages. */
export class Look {
  readonly scheme = signal<Scheme | null>(null);
  readonly size = signal<Size>("normal");
  readonly #root: HTMLElement;
  readonly #keep: (form: URLSearchParams) => void;

  constructor(root: HTMLElement, keep: (form: URLSearchParams) => void) {
    this.#root = root;
    this.#keep = keep;
    this.scheme.value = among(SCHEMES, root.dataset["scheme"]);
    this.size.value = among(SIZES, root.dataset["size"]) ?? "normal";
  }

  /** One press: black on white in large letters, and back. */
  toggle(): void {
    if (this.scheme.value === null) this.wear("black-on-white", "large");
    else this.wear(null, "normal");
  }

  wear(scheme: Scheme | null, size: Size): void {
    this.scheme.value = scheme;
    this.size.value = size;
    if (scheme === null) delete this.#root.dataset["scheme"];
    else this.#root.dataset["scheme"] = scheme;
    this.#root.dataset["size"] = size;
    // The ordinary version has ordinary letters: that is how the pages have it.
    this.#keep(new URLSearchParams(scheme === null ? { off: "true" } : { scheme, size }));
  }
}

/** Kept in the background: a room that cannot keep it still wears it. */
export function keepLook(csrf: string, form: URLSearchParams): void {
  void fetch("/look", {
    method: "POST",
    headers: { "X-CSRF-Token": csrf },
    credentials: "same-origin",
    redirect: "manual",
    body: form,
  }).catch(() => undefined);
}
