import { describe, expect, test } from "vitest";
import { day, hour, minutesLeft, moscowName, offset, ServerClock, stopwatch } from "../room/time.ts";
import { whenInWords } from "../room/when.ts";
import { en } from "../room/words/en.ts";
import { ru } from "../room/words/ru.ts";

const noon = Date.parse("2026-11-23T12:00:00Z");

test.each([
  [0, "0:00"], [999, "0:01"], [59_000, "0:59"], [60_000, "1:00"], [247_000, "4:07"], [3_847_000, "1:04:07"], [-5, "0:00"],
])("%i ms is %s on a countdown", (milliseconds, text) => expect(stopwatch(milliseconds)).toBe(text));

test("minutes are rounded up until the last second", () => {
  expect(minutesLeft(noon + 60_001, noon)).toBe(2);
  expect(minutesLeft(noon + 1, noon)).toBe(1);
  expect(minutesLeft(noon - 1, noon)).toBe(0);
});

test("a device's wrong clock is put right", () => {
  const clock = new ServerClock(() => noon - 3_600_000);
  clock.set("2026-11-23T12:00:00Z");
  expect(clock.now()).toBe(noon);
});

describe("zones", () => {
  test.each([
    ["Europe/Moscow", 180, "МСК", "15:00"],
    ["Europe/Kaliningrad", 120, "МСК−1", "14:00"],
    ["Asia/Yekaterinburg", 300, "МСК+2", "17:00"],
    ["Asia/Kamchatka", 720, "МСК+9", "00:00"],
  ])("%s", (zone, minutes, name, time) => {
    expect([offset(noon, zone), moscowName(noon, zone), hour(noon, zone)]).toEqual([minutes, name, time]);
  });

  test("the day is the zone's own", () => {
    expect(day(noon, "Asia/Kamchatka")).toBe("2026-11-24");
    expect(day(noon, "Europe/Moscow")).toBe("2026-11-23");
  });
});

describe("when, in words", () => {
  const ends = noon + 45 * 60_000;
  const moscow = { zone: "Europe/Moscow", zoneName: "МСК", ownZone: "Europe/Moscow" };
  const urals = { ...moscow, ownZone: "Asia/Yekaterinburg" };

  test("in the school's own zone one time is enough", () => {
    expect(whenInWords(ru, noon, ends, moscow, noon)).toBe("сегодня, 15:00–\u206015:45");
  });

  test("elsewhere one's own time comes first", () => {
    expect(whenInWords(ru, noon, ends, urals, noon)).toBe("сегодня, 17:00–\u206017:45 у вас · 15:00–\u206015:45 МСК");
    expect(whenInWords(en, noon, ends, urals, noon)).toBe("today, 17:00–\u206017:45 your time · 15:00–\u206015:45 Moscow time");
  });

  test("another day is named", () => {
    expect(whenInWords(ru, noon, ends, moscow, noon - 86_400_000)).toBe("понедельник, 23 ноября, 15:00–\u206015:45");
  });
});
