/** What a person sets for themselves: devices, sound, what is shown of the others; and the keys. */
import type { JSX } from "preact";
import { SAVINGS } from "../local.ts";
import type { Rights } from "../protocol.ts";
import type { Words } from "../words/index.ts";
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
        {keysOf(session.rights.value, media).map((key) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words.settings.key[key]}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** Those that do something in this form and with these rights. */
function keysOf(rights: Rights, media: boolean): (keyof Words["settings"]["key"])[] {
  const { publish_audio, publish_video, publish_screen, raise_hand } = rights;
  const works = { M: publish_audio, V: publish_video, S: publish_screen, C: media, H: raise_hand, P: true, "?": true };
  return (Object.keys(works) as (keyof typeof works)[]).filter((key) => works[key]);
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
