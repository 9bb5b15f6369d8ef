/** A form that was refused: whoever uses the keyboard or a reader starts at what has to be mended. */
export function goToRefused(page: ParentNode): void {
  const field = page.querySelector<HTMLElement>(
    'main [aria-invalid="true"], main fieldset.wrong :is(input, select, button)',
  );
  const words = page.querySelector<HTMLElement>("main .notice.wrong[role=alert]");
  if (field) field.focus();
  else if (words) {
    words.tabIndex = -1;
    words.focus();
  }
}
