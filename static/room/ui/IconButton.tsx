/** A button that shows a sign; its words are there for readers, and for all where signs are switched off. */
import type { JSX } from "preact";
import { Icon, type IconName } from "./icons.tsx";

type IconButtonProps = {
  icon: IconName;
  label: string;
  /** What it acts upon: for readers always, in words never, for there it stands beside. */
  about?: string;
  look: string;
  press?: () => void;
  type?: "button" | "submit";
  on?: boolean;
  disabled?: boolean;
};

export function IconButton({ icon, label, about, look, press, type = "button", on, disabled }: IconButtonProps): JSX.Element {
  return (
    <button type={type} class={look} data-on={on} disabled={disabled} title={label} onClick={press}>
      <Icon name={icon} />
      <span class="hidden-words">
        {label}
        {about !== undefined && <span class="acts-upon">: {about}</span>}
      </span>
    </button>
  );
}
