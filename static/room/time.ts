/** The server's time, and the ways people say times. Pure but for the one clock that is passed in. */

export type Clock = () => number;

/** A clock that agrees with the server, however wrong this device's is. */
export class ServerClock {
  #ahead = 0;
  readonly #device: Clock;

  constructor(device: Clock = Date.now) {
    this.#device = device;
  }

  /** `server_now` was written a network's trip ago; half a second does not matter to a countdown in minutes. */
  set(serverNow: string): void {
    this.#ahead = Date.parse(serverNow) - this.#device();
  }

  now(): number {
    return this.#device() + this.#ahead;
  }
}

export const MINUTE = 60_000;

/** Whole minutes still to go, rounded up: "через 1 минуту" until the very last second. */
export const minutesLeft = (until: number, now: number): number => Math.max(0, Math.ceil((until - now) / MINUTE));

/** "4:07" or "1:04:07": a countdown that a person watches. */
export function stopwatch(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${Math.floor(seconds / 60) % 60}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest.padStart(5, "0")}` : rest;
}

const wallClock = (zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat("ru-RU", { ...(zone === undefined ? {} : { timeZone: zone }), ...options });

/** "15:00" in that zone; in the device's own without one. */
export const hour = (instant: number, zone?: string): string =>
  wallClock(zone, { hour: "2-digit", minute: "2-digit" }).format(instant);

/** The calendar day in that zone, comparable as text: "2026-11-22". */
export function day(instant: number, zone?: string): string {
  const parts = wallClock(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(instant);
  const part = (type: string): string => parts.find((found) => found.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** Minutes by which the zone is ahead of UTC at that instant. */
export function offset(instant: number, zone?: string): number {
  const parts = wallClock(zone, {
    year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", hourCycle: "h23",
  }).formatToParts(instant);
  const part = (type: string): number => Number(parts.find((found) => found.type === type)?.value);
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
  return Math.round((wall - Math.floor(instant / MINUTE) * MINUTE) / MINUTE);
}

/** How Russia names its zones: by hours from Moscow. "МСК", "МСК+4", "МСК−1". */
export function moscowName(instant: number, zone: string): string {
  const hours = (offset(instant, zone) - offset(instant, "Europe/Moscow")) / 60;
  if (hours === 0) return "МСК";
  return `МСК${hours > 0 ? "+" : "−"}${Math.abs(hours)}`;
}
