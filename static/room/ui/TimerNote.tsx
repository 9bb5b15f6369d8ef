/** How long is left to work, then how long the break is. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce } from "../announce.ts";
import type { Timer } from "../protocol.ts";
import { stopwatch } from "../time.ts";
import { countdown } from "../tools.ts";
import { useAsk } from "./asking.ts";
import { useNow, useRoom } from "./context.ts";

export function TimerNote(): JSX.Element | null {
  const timer = useRoom().session.tools.timer.value;
  return timer && <Counting key={timer.started_at} timer={timer} />;
}

function Counting({ timer }: { timer: Timer }): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  const now = countdown(timer, useNow());
  const said = words.tools.timer;
  // Said aloud when it begins, not at every second.
  useEffect(() => {
    if (now.name !== "work") announce(now.name === "break" ? said.rest : said.over);
  }, [now.name]);
  return (
    <div class={`note ${now.name === "work" ? "calm" : "warn"}`}>
      <p role="timer">
        {now.name === "over" ? (
          said.over
        ) : (
          <>
            {now.name === "work" ? said.left : said.rest} <strong class="timer">{stopwatch(now.left)}</strong>
          </>
        )}
      </p>
      {session.rights.value.moderate && (
        <button type="button" onClick={() => ask(() => session.tools.stopTimer())}>
          {now.name === "over" ? said.dismiss : said.stop}
        </button>
      )}
    </div>
  );
}
