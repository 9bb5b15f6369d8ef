import { beforeEach, describe, expect, test } from "vitest";
import { Floor } from "../room/floor.ts";
import { pageOf } from "../room/layout.ts";
import { People } from "../room/people.ts";
import type { Lobby, Peer } from "../room/protocol.ts";
import { at, ivan, mother, snapshot, speaking, teacher } from "./people.ts";
import { FakeWire } from "./wire.ts";

let wire: FakeWire;
let people: People;
let floor: Floor;

const enter = (lobby: Lobby | null = null): void => {
  const found = snapshot({ peers: [teacher, mother], lobby });
  people.restore(found);
  floor.restore(found);
};
const waiting = (peer: Peer): Lobby["waiting"][number] => ({ ...peer, since: at(0), why: "waiting_for_turn" });

beforeEach(() => {
  wire = new FakeWire();
  wire.up = true;
  people = new People(wire, () => undefined);
  floor = new Floor(wire, people);
});

describe("hands", () => {
  test("stand in the order of their times, mine among them", () => {
    enter();
    wire.push("peer.changed", { ...ivan, hand_since: at(2) });
    wire.push("peer.changed", { ...mother, hand_since: at(1) });
    expect(floor.hands.value.map(({ id }) => id)).toEqual([mother.id, ivan.id]);
    expect(floor.myHand.value).toBe(true);
    wire.push("peer.changed", ivan);
    expect(floor.myHand.value).toBe(false);
  });

  test("mine goes up and down by one button", async () => {
    enter();
    await floor.toggleHand();
    wire.push("peer.changed", { ...ivan, hand_since: at(2) });
    await floor.toggleHand();
    expect(wire.asked).toEqual([
      { event: "hand.raise", payload: {} },
      { event: "hand.lower", payload: { person: ivan.id } },
    ]);
  });

  test("of somebody who has left is not waited for", () => {
    enter();
    wire.push("peer.changed", { ...mother, hand_since: at(1) });
    wire.push("peer.left", { id: mother.id });
    wire.push("peer.changed", { ...mother, hand_since: at(1) });
    expect(floor.hands.value).toEqual([]);
  });

  test("come back with the seat", () => {
    people.restore(snapshot({ me: { ...ivan, hand_since: at(-1), muted: true } }));
    expect(floor.myHand.value).toBe(true);
    expect(floor.muted.value).toBe(true);
  });
});

describe("the door", () => {
  test("is shown to those who moderate, and taken away with the right", () => {
    enter({ waiting: [waiting(mother)], one_by_one: false, line: true, removed: [] });
    expect(floor.lobby.value?.waiting).toHaveLength(1);
    wire.push("lobby", { waiting: [], one_by_one: true, line: true, removed: [] });
    expect(floor.lobby.value?.one_by_one).toBe(true);
    wire.push("rights", speaking);
    expect(floor.lobby.value).toBeNull();
  });

  test("in a line somebody called in ends the conversation that is going on", async () => {
    enter({ waiting: [waiting(mother)], one_by_one: false, line: true, removed: [] });
    await floor.admit(mother.id);
    wire.push("lobby", { waiting: [waiting(mother)], one_by_one: true, line: false, removed: [] });
    await floor.admit(mother.id);
    expect(wire.asked).toEqual([
      { event: "lobby.next", payload: { person: mother.id } },
      { event: "lobby.admit", payload: { person: mother.id } },
    ]);
  });
});

test("a removal for good is taken back by name", async () => {
  enter({ waiting: [], one_by_one: false, line: false, removed: [mother] });
  expect(floor.lobby.value?.removed).toEqual([mother]);
  await floor.readmit(mother.id);
  expect(wire.asked).toEqual([{ event: "floor.readmit", payload: { person: mother.id } }]);
});

test("what a host did to me is kept until I put it away", () => {
  enter();
  wire.push("told", { what: "muted" });
  wire.push("told", { what: "floor_given" });
  expect(floor.told.value).toBe("floor_given");
});

describe("pages of tiles", () => {
  const many = Array.from({ length: 10 }, (_, number) => ({ ...ivan, id: number }));

  test.each([
    [0, 9, 9, 2],
    [1, 9, 1, 2],
    [7, 9, 1, 2],
    [0, 4, 4, 3],
    [2, 4, 2, 3],
  ])("page %i of at most %i has %i tiles of %i pages", (wanted, atMost, tiles, pages) => {
    const found = pageOf(many, wanted, atMost);
    expect([found.tiles.length, found.pages]).toEqual([tiles, pages]);
  });

  test("who sits alone has one page", () => {
    expect(pageOf([], 3, 9)).toEqual({ tiles: [], page: 0, pages: 1 });
  });
});
