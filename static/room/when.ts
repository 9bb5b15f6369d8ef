/** When a consultation is, as people say it. */
import type { Page } from "./page.ts";
import { day, hour, moscowName, offset } from "./time.ts";
import type { Words } from "./words/index.ts";

type Zones = Pick<Page, "zone" | "zoneName" | "ownZone">;

/** "сегодня, 15:00–15:45", with the organisation's time after one's own where they differ. */
export function whenInWords(words: Words, starts: number, ends: number, zones: Zones, now: number): string {
  const { zone, zoneName, ownZone } = zones;
  const date = new Intl.DateTimeFormat(words.locale, { weekday: "long", day: "numeric", month: "long", timeZone: ownZone });
  const which = day(starts, ownZone) === day(now, ownZone) ? words.today : date.format(starts);
  const mine = words.times(hour(starts, ownZone), hour(ends, ownZone));
  if (offset(starts, ownZone) === offset(starts, zone)) return `${which}, ${mine}`;
  const theirs = words.times(hour(starts, zone), hour(ends, zone));
  return `${which}, ${words.yours(mine)} · ${words.theirs(theirs, zoneName || moscowName(starts, zone))}`;
}
