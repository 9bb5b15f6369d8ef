/** Who works by keyboard goes on where they were, when what they had opened is closed. */
import { useEffect, useState } from "preact/hooks";

export function useFocusBack(): void {
  // While this is first drawn the focus is still on what opened it.
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // The focus that was inside has fallen to the page; one that was moved elsewhere stays there.
      setTimeout(() => {
        if (document.activeElement === document.body && opener instanceof HTMLElement && opener.isConnected)
          opener.focus({ preventScroll: true });
      });
    },
    [opener],
  );
}
