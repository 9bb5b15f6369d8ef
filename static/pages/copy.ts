/** Buttons beside a read-only field that put its text on the clipboard. Without a script the text can be selected. */
export function offerCopying(page: ParentNode): void {
  for (const button of page.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    const field = button.previousElementSibling;
    if (!(field instanceof HTMLInputElement)) continue;
    button.hidden = false;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", () => {
      void copy(field).then((copied) => button.classList.toggle("done", copied));
    });
  }
}

async function copy(field: HTMLInputElement): Promise<boolean> {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Plain http off localhost has no clipboard: the text stays selected for the person to copy.
    return false;
  }
}
