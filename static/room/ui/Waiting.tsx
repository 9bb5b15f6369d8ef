/** Behind the door: why, how long, and that nothing needs to be done. */
import type { JSX } from "preact";
import type { Door } from "../protocol.ts";
import { hour, minutesLeft, stopwatch } from "../time.ts";
import { useNow, useRoom } from "./context.ts";

export function Waiting({ door }: { door: Door | null }): JSX.Element {
  const { words } = useRoom();
  return (
    <div class="waiting">
      {door && <Countdown door={door} />}
      {door?.why === "waiting_for_turn" && door.ahead !== null && <p class="ahead">{words.waiting.ahead(door.ahead)}</p>}
      <p>{words.waiting.opensBy}</p>
    </div>
  );
}

function Countdown({ door }: { door: Door }): JSX.Element {
  const { page, words } = useRoom();
  const now = useNow();
  const [opens, starts] = [Date.parse(door.opens_at), Date.parse(door.starts_at)];
  return (
    <>
      {starts > now && <p>{words.waiting.startsIn(hour(starts, page.ownZone), minutesLeft(starts, now))}</p>}
      {opens > now && (
        <p class="countdown">
          <span>{words.waiting.untilOpen}</span>
          <strong role="timer">{stopwatch(opens - now)}</strong>
        </p>
      )}
    </>
  );
}
