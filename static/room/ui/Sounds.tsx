/** One audio element for every voice; the tap on "enter" has usually allowed them to play. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useRoom } from "./context.ts";

export function Sounds(): JSX.Element {
  const { media, session } = useRoom();
  const me = session.people.me.value?.id;
  const voices = [...media.receiving.tracks.value.values()].filter(
    ({ producer }) => producer.kind === "audio" && producer.peer !== me,
  );
  return (
    <div class="sounds">
      {voices.map(({ producer, track }) => (
        <Voice key={producer.peer} track={track} />
      ))}
    </div>
  );
}

function Voice({ track }: { track: MediaStreamTrack }): JSX.Element {
  const { local, view } = useRoom();
  const audio = useRef<HTMLAudioElement>(null);
  const output = local.output.value;
  const silenced = view.silenced.value;
  useEffect(() => {
    if (audio.current) audio.current.srcObject = new MediaStream([track]);
  }, [track]);
  useEffect(() => {
    audio.current?.play().catch((error: unknown) => {
      if (error instanceof Error && error.name === "NotAllowedError") view.silenced.value = true;
    });
  }, [track, silenced, view]);
  useEffect(() => {
    // Whoever never chose is left to the browser; a refusal leaves the sound where it is.
    if (output !== null && audio.current && "setSinkId" in audio.current) audio.current.setSinkId(output).catch(() => undefined);
  }, [output, track]);
  return <audio ref={audio} autoPlay />;
}
