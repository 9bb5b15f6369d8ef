import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Uploads, type Upload } from "../room/uploads.ts";
import { Refusal } from "../room/wire.ts";

const LIMIT = 1_000;
let sent: Upload[];
let answer: (upload: Upload, progress: (part: number) => void) => Promise<void>;

const file = (name: string, size = 10): File => new File([new Uint8Array(size)], name);
const open = (): Uploads => {
  const uploads = new Uploads((upload, progress) => {
    sent.push(upload);
    return answer(upload, progress);
  }, LIMIT);
  uploads.turn(true);
  return uploads;
};
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  answer = () => Promise.resolve();
});
afterEach(() => vi.useRealTimers());

test("files go one after another, and only the first answers the message", async () => {
  const uploads = open();
  uploads.add([file("а.png"), file("б.png")], { id: 7, author_name: "Соколова", text: "Покажите" });
  await settle();
  expect(sent.map((upload) => upload.file.name)).toEqual(["а.png", "б.png"]);
  expect(sent.map((upload) => upload.quote?.id)).toEqual([7, undefined]);
  expect(uploads.list.value).toEqual([]);
});

test("progress is shown", async () => {
  answer = (_, progress) => {
    progress(0.5);
    return new Promise(() => {});
  };
  const uploads = open();
  uploads.add([file("а.png")]);
  await settle();
  expect(uploads.list.value[0]?.sent).toBe(0.5);
});

test("a file that is too large, or empty, is not even sent", async () => {
  const uploads = open();
  uploads.add([file("а.png", LIMIT + 1), file("б.png", 0)]);
  await settle();
  expect(uploads.list.value.map(({ refused }) => refused)).toEqual(["too_large", "empty"]);
  expect(sent).toEqual([]);
});

test("what the server refuses says why and can be removed; the next one goes", async () => {
  answer = ({ file: { name } }) =>
    name === "а.exe" ? Promise.reject(new Refusal("invalid", { reason: "file_type" })) : Promise.resolve();
  const uploads = open();
  uploads.add([file("а.exe"), file("б.png")]);
  await settle();
  expect(uploads.list.value.map(({ refused }) => refused)).toEqual(["file_type"]);
  uploads.withdraw(uploads.list.value[0]?.client_id ?? "");
  expect(uploads.list.value).toEqual([]);
});

test.each([new Error("nobody answered"), new Refusal("not_joined"), new Refusal("flood")])(
  "what passes by itself (%s) is sent again under the same id",
  async (trouble) => {
    let failures = 1;
    answer = () => (failures-- > 0 ? Promise.reject(trouble) : Promise.resolve());
    const uploads = open();
    uploads.add([file("а.png")]);
    await settle(2_000);
    expect(new Set(sent.map(({ client_id }) => client_id)).size).toBe(1);
    expect(sent.length).toBe(2);
    expect(uploads.list.value).toEqual([]);
  },
);

test("while the room is not ours nothing begins", async () => {
  const uploads = open();
  uploads.turn(false);
  uploads.add([file("а.png")]);
  await settle(10_000);
  expect(sent).toEqual([]);
  uploads.turn(true);
  await settle();
  expect(sent.length).toBe(1);
});
