/** Buttons beside a read-only field that put its text on the clipboard. Without a script the text can be selected. */
export function offerCopying(page: ParentNode): void {
  for (const button of page.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    const field = button.previousElementSibling;
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) continue;
    button.hidden = false;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", () => {
      void copy(field).then((copied) => {
        if (copied) say(button);
      });
    });
  }
}

/** The button itself says that it is done, for a while. */
function say(button: HTMLButtonElement): void {
  const words = button.dataset["copied"];
  if (!words || button.textContent === words) return;
  const usual = button.textContent;
  button.textContent = words;
  setTimeout(() => {
    button.textContent = usual;
  }, 3000);
}

async function copy(field: HTMLInputElement | HTMLTextAreaElement): Promise<boolean> {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Plain http off localhost has no clipboard: the text stays selected for the person to copy.
    return false;
  }
}
