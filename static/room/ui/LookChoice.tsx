/** The version for the visually impaired: one press anywhere, its schemes and sizes in the settings. */
import type { JSX } from "preact";
import { SCHEMES, SIZES, type Scheme, type Size } from "../look.ts";
import { useRoom } from "./context.ts";
import { IconButton } from "./IconButton.tsx";

export function LookButton(): JSX.Element {
  const { look, words } = useRoom();
  const label = look.scheme.value === null ? words.look.on : words.look.off;
  return <IconButton icon="eye" label={label} look="quiet round-small" press={() => look.toggle()} />;
}

export function LookChoice(): JSX.Element {
  const { look, words } = useRoom();
  const scheme = look.scheme.value;
  const wear = (value: string): void => {
    const next = SCHEMES.find((one) => one === value) ?? null;
    look.wear(next, next === null ? "normal" : scheme === null ? "large" : look.size.value);
  };
  return (
    <div class="choices">
      <label class="choice">
        <span>{words.look.on}</span>
        <select value={scheme ?? ""} onChange={(event) => wear(event.currentTarget.value)}>
          <option value="">{words.look.none}</option>
          {SCHEMES.map((one: Scheme) => (
            <option key={one} value={one}>
              {words.look.scheme[one]}
            </option>
          ))}
        </select>
      </label>
      {scheme !== null && (
        <label class="choice">
          <span>{words.look.letters}</span>
          <select value={look.size.value} onChange={(event) => look.wear(scheme, event.currentTarget.value as Size)}>
            {SIZES.map((one) => (
              <option key={one} value={one}>
                {words.look.size[one]}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
