/** Who enters, what it is about, when: the same lines before the room and while waiting. */
import type { JSX } from "preact";
import { whenInWords } from "../when.ts";
import { useNow, useRoom } from "./context.ts";

export function Facts({ starts, ends }: { starts: number | null; ends: number | null }): JSX.Element {
  const { page, words } = useRoom();
  const now = useNow();
  return (
    <div class="who">
      {page.title !== "" && <p class="who-title">{page.title}</p>}
      {page.hostName !== "" && page.hostName !== page.name && <p>{words.check.host(page.hostName)}</p>}
      {starts !== null && ends !== null && <p>{whenInWords(words, starts, ends, page, now)}</p>}
      <p>
        {words.check.who(page.name)}
        {page.about !== "" && `, ${page.about}`}
      </p>
    </div>
  );
}
