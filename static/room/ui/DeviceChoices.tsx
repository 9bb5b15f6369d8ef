/** Which camera, microphone and loudspeakers; a list appears where there is a choice. */
import type { JSX } from "preact";
import type { DeviceChoice, Input } from "../devices.ts";
import { useRoom } from "./context.ts";

const canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;

/** Whoever only listens still chooses where the sound comes from. */
export function DeviceChoices({ inputs: sends = true }: { inputs?: boolean }): JSX.Element {
  const { local, words } = useRoom();
  const { camera, microphone, speaker } = local.devices.value;
  const inputs: [Input, DeviceChoice[]][] = sends ? [["camera", camera], ["microphone", microphone]] : [];
  return (
    <div class="choices">
      {inputs.map(([input, list]) => (
        <Choice
          key={input}
          label={words.check.device[input]}
          list={list}
          chosen={local[input].track.value?.getSettings().deviceId ?? local[input].deviceId.value}
          choose={(id) => void local.choose(input, id)}
        />
      ))}
      {canChooseSpeaker && (
        <Choice
          label={words.check.device.speaker}
          list={speaker}
          chosen={local.speaker.value}
          choose={(id) => local.chooseSpeaker(id)}
        />
      )}
    </div>
  );
}

type ChoiceProps = { label: string; list: DeviceChoice[]; chosen: string | null; choose: (id: string) => void };

function Choice({ label, list, chosen, choose }: ChoiceProps): JSX.Element | null {
  const { words } = useRoom();
  if (list.length < 2) return null;
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={chosen ?? list[0]?.id ?? ""} onChange={(event) => choose(event.currentTarget.value)}>
        {list.map(({ id, label: name }) => (
          <option key={id} value={id}>
            {name || words.check.defaultDevice}
          </option>
        ))}
      </select>
    </label>
  );
}
