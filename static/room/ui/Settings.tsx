/** What a person sets for themselves: devices, sound, what is shown of the others; and the keys. */
import type { JSX } from "preact";
import { SAVINGS } from "../local.ts";
import { useRoom } from "./context.ts";
import { DeviceChoices } from "./DeviceChoices.tsx";
import { Dialog } from "./Dialog.tsx";
import { LookChoice } from "./LookChoice.tsx";

export function Settings({ close }: { close: () => void }): JSX.Element {
  const { session, words } = useRoom();
  const media = session.session.value?.form !== "chat";
  return (
    <Dialog title={words.settings.title} close={close}>
      {media && <DeviceChoices inputs={session.rights.value.publish_audio} />}
      {session.rights.value.publish_audio && <Processing />}
      {media && <Saving />}
      <LookChoice />
      <h3>{words.settings.keys}</h3>
      <dl class="keys">
        {Object.entries(words.settings.key).map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function Processing(): JSX.Element {
  const { local, words } = useRoom();
  return (
    <label class="option">
      <input
        type="checkbox"
        checked={local.processing.value}
        onChange={(event) => void local.process(event.currentTarget.checked)}
      />
      <span>
        {words.settings.processing}
        <small>{words.settings.processingHint}</small>
      </span>
    </label>
  );
}

function Saving(): JSX.Element {
  const { local, words } = useRoom();
  return (
    <fieldset class="savings">
      <legend>{words.settings.saving}</legend>
      {SAVINGS.map((saving) => (
        <label class="option" key={saving}>
          <input
            type="radio"
            name="saving"
            checked={local.saving.value === saving}
            onChange={() => void local.save(saving)}
          />
          <span>
            {words.settings.savings[saving]}
            <small>{words.settings.savingHint[saving]}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
