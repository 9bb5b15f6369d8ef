import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Door, Joined, Rights, Snapshot } from "../room/protocol.ts";
import { RoomSession, type MediaPort } from "../room/session.ts";
import { Refusal, Unanswered } from "../room/wire.ts";
import { at, camera, ivan, MemoryDrawer, mother, NOW, session as about, snapshot, speaking, teacher } from "./people.ts";
import { FakeWire } from "./wire.ts";

class FakeMedia implements MediaPort {
  readonly entered: Snapshot[] = [];
  readonly rights: Rights[] = [];
  left = 0;
  constructor(readonly lost: () => void) {}
  enter(entered: Snapshot): Promise<void> {
    this.entered.push(entered);
    return Promise.resolve();
  }
  allow(rights: Rights): void {
    this.rights.push(rights);
  }
  leave(): void {
    this.left += 1;
  }
}

let wire: FakeWire;
let room: RoomSession<FakeMedia>;
let heard: string[];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  wire = new FakeWire();
  heard = [];
  room = new RoomSession({
    wire,
    media: (lost) => new FakeMedia(lost),
    drawer: new MemoryDrawer(),
    sessionId: "7",
    listener: {
      arrived: (peer, here) => heard.push(`${peer.name} ${here ? "here" : "gone"}`),
      wrote: (message) => heard.push(message.body),
      asked: (poll) => heard.push(`asked: ${poll.question}`),
    },
  });
});
afterEach(() => vi.useRealTimers());

const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

const joined = (more: Partial<Snapshot> = {}) => (): Joined => ({ status: "joined", snapshot: snapshot(more) });
const waiting = (found: Door) => (): Joined => ({ status: "waiting", door: found });

async function enter(more: Partial<Snapshot> = {}): Promise<void> {
  wire.answer("join", joined(more));
  room.connect();
  wire.state({ name: "up" });
  await settle();
}

const door: Door = { why: "not_open_yet", opens_at: at(3), starts_at: at(13), ends_at: at(58), server_now: at(0), ahead: null };

describe("on the way in", () => {
  test("nothing is asked before the person enters", () => {
    expect(wire.calls).toEqual([]);
    expect(room.phase.value).toEqual({ name: "preparing" });
  });

  test("the snapshot is the room", async () => {
    await enter({ peers: [teacher, mother], producers: [camera("p", teacher)], speaker: teacher.id });
    expect(room.phase.value.name).toBe("inside");
    expect(room.online.value).toBe(true);
    expect(room.rights.value).toEqual(speaking);
    expect(room.people.all.value.map(({ id }) => id)).toEqual([teacher.id, ivan.id, mother.id]);
    expect(room.people.speaker.value).toBe(teacher.id);
    expect(room.media.entered).toHaveLength(1);
  });

  test("who comes too early waits, and the page asks again when the hour has come", async () => {
    wire.answer("join", waiting(door));
    room.connect();
    wire.state({ name: "up" });
    await settle();
    expect(room.phase.value).toEqual({ name: "waiting", door });
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    expect(wire.count("join")).toBe(1);
    wire.answer("join", joined());
    await vi.advanceTimersByTimeAsync(61_000);
    expect(wire.count("join")).toBe(2);
    expect(room.phase.value.name).toBe("inside");
  });

  test("the door changes its reason and then opens", async () => {
    wire.answer("join", waiting({ ...door, opens_at: at(-1) }));
    room.connect();
    wire.state({ name: "up" });
    await settle();
    wire.push("door", { ...door, why: "waiting_for_topic" });
    expect(room.phase.value).toMatchObject({ name: "waiting", door: { why: "waiting_for_topic" } });
    wire.answer("join", joined());
    wire.push("admitted", {});
    await settle();
    expect(room.phase.value.name).toBe("inside");
  });

  test("the countdown follows the server's clock, not the device's", async () => {
    wire.answer("join", waiting({ ...door, server_now: at(2), opens_at: at(3) }));
    room.connect();
    wire.state({ name: "up" });
    await settle();
    expect(room.clock.now()).toBe(NOW + 2 * 60_000);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(wire.count("join")).toBe(2);
  });

  test("a refusal is told with its code and the wire is let go", async () => {
    wire.answer("join", () => {
      throw new Refusal("not_expected");
    });
    room.connect();
    wire.state({ name: "up" });
    await settle();
    expect(room.phase.value).toEqual({ name: "refused", code: "not_expected" });
    expect(wire.calls.at(-1)).toBe("close");
  });

  test("a refused connection is told with its code", () => {
    room.connect();
    wire.state({ name: "refused", code: "link_revoked" });
    expect(room.phase.value).toEqual({ name: "refused", code: "link_revoked" });
  });

  test.each([new Unanswered(), new Refusal("media_unavailable")])("%s is tried again", async (error) => {
    wire.answer("join", () => {
      throw error;
    });
    room.connect();
    wire.state({ name: "up" });
    await settle();
    expect(room.phase.value.name).toBe("connecting");
    wire.answer("join", joined());
    await vi.advanceTimersByTimeAsync(2_000);
    expect(room.phase.value.name).toBe("inside");
  });
});

describe("inside", () => {
  test("people come and go, and are announced once", async () => {
    await enter();
    wire.push("peer.joined", mother);
    wire.push("peer.joined", mother);
    wire.push("producer.added", camera("m", mother));
    wire.push("peer.left", { id: mother.id });
    expect(heard).toEqual(["Петрова Ольга here", "Петрова Ольга gone"]);
    expect(room.people.producers.value.size).toBe(0);
    expect(room.people.seen()).toEqual([teacher, mother]);
  });

  test("rights and the session change under the person", async () => {
    await enter();
    const silent = { ...speaking, publish_audio: false };
    wire.push("rights", silent);
    wire.push("session", { ...about, ends_at: at(50) });
    expect(room.rights.value).toEqual(silent);
    expect(room.media.rights).toEqual([silent]);
    expect(room.session.value?.ends_at).toBe(at(50));
  });

  test("the host's topic is shown at once", async () => {
    await enter({ session: { ...about, topic: null, scope: null } });
    await room.setTopic({ topic: "Дроби", basis: "student_request", scope: "overview" });
    expect(room.session.value).toMatchObject({ topic: "Дроби", scope: "overview" });
  });

  test("a refused topic changes nothing", async () => {
    await enter({ session: { ...about, topic: null } });
    wire.answer("topic.set", () => {
      throw new Refusal("no_right");
    });
    await expect(room.setTopic({ topic: "Дроби", basis: "performance", scope: "overview" })).rejects.toThrow("no_right");
    expect(room.session.value?.topic).toBeNull();
  });
});

describe("when the network falls", () => {
  test("the picture stays, and the seat is taken again by a full snapshot", async () => {
    await enter({ peers: [teacher, mother] });
    wire.state({ name: "down" });
    expect(room.phase.value.name).toBe("inside");
    expect(room.online.value).toBe(false);
    expect(room.people.others.value.size).toBe(2);
    wire.answer("join", joined({ peers: [teacher] }));
    wire.state({ name: "up" });
    await settle();
    expect(room.online.value).toBe(true);
    expect([...room.people.others.value.keys()]).toEqual([teacher.id]);
    expect(room.media.entered).toHaveLength(2);
  });

  test("who comes back to a room that has closed its door waits", async () => {
    await enter();
    wire.state({ name: "down" });
    wire.answer("join", waiting({ ...door, why: "waiting_for_host" }));
    wire.state({ name: "up" });
    await settle();
    expect(room.phase.value.name).toBe("waiting");
  });

  test("a lost media worker costs a new picture, not the seat", async () => {
    await enter();
    wire.push("media.lost", {});
    await settle();
    expect(room.media.left).toBe(1);
    expect(room.media.entered).toHaveLength(2);
    expect(wire.calls).toEqual(["open"]);
  });

  test("a lost transport costs a new connection", async () => {
    await enter();
    room.media.lost();
    expect(wire.calls).toEqual(["open", "reopen"]);
  });

  test("the second loss before the first is mended asks once", async () => {
    await enter();
    wire.push("media.lost", {});
    wire.push("media.lost", {});
    await settle();
    expect(wire.count("join")).toBe(2);
  });
});

describe("on the way out", () => {
  test("leaving says goodbye and can be undone", async () => {
    await enter();
    const leaving = room.leave();
    expect(room.phase.value.name).toBe("left");
    await leaving;
    expect(wire.count("leave")).toBe(1);
    expect(wire.calls.at(-1)).toBe("close");
    await enter();
    expect(room.phase.value.name).toBe("inside");
  });

  test("who changes their mind at once connects only after the goodbye", async () => {
    await enter();
    void room.leave();
    room.connect();
    expect(wire.calls).toEqual(["open"]);
    await settle();
    expect(wire.calls).toEqual(["open", "close", "open"]);
  });

  test("a later device takes the seat, and this one does not fight for it", async () => {
    await enter();
    wire.push("taken_over", {});
    expect(room.phase.value.name).toBe("taken_over");
    wire.state({ name: "down" });
    wire.state({ name: "up" });
    await settle();
    expect(wire.count("join")).toBe(1);
    expect(room.media.left).toBe(1);
  });

  test.each(["time", "closed", "cancelled", "moved", "removed"] as const)("the room is over: %s", async (reason) => {
    await enter();
    wire.push("over", { reason });
    expect(room.phase.value).toEqual({ name: "over", ending: { reason } });
    expect(wire.calls.at(-1)).toBe("close");
  });
});

test("let in without media, one asks again until they are there; a chat needs none", async () => {
  await enter();
  wire.answer("join", joined({ capabilities: { codecs: [] } }));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(wire.count("join")).toBe(2);
  expect(room.media.entered.at(-1)?.capabilities).not.toBeNull();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wire.count("join")).toBe(2);
});

test("a chat is not asked for media again", async () => {
  await enter({ session: { ...about, form: "chat" } });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wire.count("join")).toBe(1);
});
