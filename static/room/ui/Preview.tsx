/** My own picture and voice before anybody else sees and hears them. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { DeviceProblem, Input } from "../devices.ts";
import { watchLevel } from "../level.ts";
import type { Troubled } from "../words/ru.ts";
import { useRoom } from "./context.ts";
import { IconButton } from "./IconButton.tsx";
import { Video } from "./Video.tsx";

export function Preview(): JSX.Element {
  const { local, words } = useRoom();
  const { camera, microphone } = local;
  return (
    <>
      <div class="preview">
        {camera.track.value ? (
          <Video track={camera.track.value} mirrored label={words.check.preview} />
        ) : (
          <p>{camera.opening.value ? words.check.opening : words.check.cameraOff}</p>
        )}
        <div class="preview-switches">
          <Switch input="microphone" on={microphone.on.value && microphone.track.value !== null} />
          <Switch input="camera" on={camera.track.value !== null} />
        </div>
      </div>
      <Level />
      <Problems />
    </>
  );
}

function Switch({ input, on }: { input: Input; on: boolean }): JSX.Element {
  const { local, words } = useRoom();
  const label = words.bar[`${input}${on ? "Off" : "On"}`];
  const toggle = (): void => void (input === "camera" ? local.toggleCamera() : local.toggleMicrophone());
  return <IconButton icon={on ? input : `${input}Off`} label={label} look="round" on={on} press={toggle} />;
}

function Level(): JSX.Element | null {
  const { local, words } = useRoom();
  const { on, track } = local.microphone;
  const meter = useRef<HTMLMeterElement>(null);
  const [heard, setHeard] = useState(false);
  const current = on.value ? track.value : null;
  useEffect(() => {
    if (!current) return undefined;
    return watchLevel(current, (level) => {
      if (meter.current) meter.current.value = level;
      if (level > 0.3) setHeard(true);
    });
  }, [current]);
  if (!current) return null;
  return (
    <label class="level">
      <span>{words.check.level}</span>
      <meter ref={meter} min={0} max={1} value={0} />
      <small>{heard ? words.check.speak : words.check.levelHint}</small>
    </label>
  );
}

function Problems(): JSX.Element {
  const { camera, microphone } = useRoom().local;
  const [first, second] = [camera.problem.value, microphone.problem.value];
  if (first !== null && first === second) return <Problem which="both" problem={first} />;
  return (
    <>
      {first && <Problem which="camera" problem={first} />}
      {second && <Problem which="microphone" problem={second} />}
    </>
  );
}

function Problem({ which, problem }: { which: Troubled; problem: DeviceProblem }): JSX.Element {
  const { local, words } = useRoom();
  const retry = (): void => void (which === "both" ? local.retryAll() : local.retry(which));
  return (
    <div class="note warn" role="alert">
      <p>{words.problem[problem](which)}</p>
      {problem !== "insecure" && (
        <button type="button" onClick={retry}>
          {words.tryAgain}
        </button>
      )}
    </div>
  );
}
