/** A plain question or a form over the page; the browser keeps the focus inside. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useRoom } from "./context.ts";
import { useFocusBack } from "./focusback.ts";
import { IconButton } from "./IconButton.tsx";

type DialogProps = { title: string; close: () => void; children: ComponentChildren };

export function Dialog({ title, close, children }: DialogProps): JSX.Element {
  const { words } = useRoom();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useFocusBack();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={heading} onCancel={close}>
      <header class="dialog-head">
        <h2 id={heading}>{title}</h2>
        <IconButton icon="close" label={words.bar.close} look="quiet round-small" press={close} />
      </header>
      {children}
    </dialog>
  );
}
