import type { JSX } from "preact";
import { announcement } from "../announce.ts";
import { useRoom } from "./context.ts";
import { Left, Over, Refused, TakenOver } from "./Ended.tsx";
import { Lobby } from "./Lobby.tsx";
import { RoomScreen } from "./RoomScreen.tsx";

export function App(): JSX.Element {
  return (
    <>
      <Screen />
      <p class="hidden-words always" role="status" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}

function Screen(): JSX.Element {
  const phase = useRoom().session.phase.value;
  switch (phase.name) {
    case "inside":
      return <RoomScreen />;
    case "over":
      return <Over ending={phase.ending} />;
    case "left":
      return <Left />;
    case "taken_over":
      return <TakenOver />;
    case "refused":
      return <Refused code={phase.code} />;
    default:
      return <Lobby phase={phase} />;
  }
}
