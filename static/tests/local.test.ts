/** My own devices against a browser that gives fake tracks and remembers what it was asked for. */
import { FakeMediaStreamTrack } from "fake-mediastreamtrack";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LocalMedia } from "../room/local.ts";
import { MemoryDrawer } from "./people.ts";

let asked: MediaStreamConstraints[];
let drawer: MemoryDrawer;
let page: EventTarget & { hidden: boolean };
/** What the browser opens next and has for loudspeakers, and why it opens nothing. */
let label: string;
let speakers: string[];
let refusal: Error | null;
let unplugged: string;
let devicesChange: () => void;

beforeEach(() => {
  asked = [];
  drawer = new MemoryDrawer();
  [label, speakers, refusal, unplugged] = ["built in", ["default", "headset"], null, ""];
  page = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal("document", page);
  vi.stubGlobal("navigator", {
    mediaDevices: {
      addEventListener: (_: string, changed: () => void) => {
        devicesChange = changed;
      },
      enumerateDevices: () => Promise.resolve(speakers.map((deviceId) => ({ kind: "audiooutput", deviceId, label: deviceId }))),
      getUserMedia: (constraints: MediaStreamConstraints) => {
        asked.push(constraints);
        if (refusal) return Promise.reject(refusal);
        if (unplugged !== "" && last().deviceId !== undefined)
          return Promise.reject(Object.assign(new Error(unplugged), { name: "OverconstrainedError" }));
        const track = new FakeMediaStreamTrack({ kind: constraints.audio ? "audio" : "video", label });
        return Promise.resolve({ getTracks: () => [track] });
      },
    },
  });
});
afterEach(() => vi.unstubAllGlobals());

const last = (): MediaTrackConstraints => (asked.at(-1)?.audio ?? asked.at(-1)?.video) as MediaTrackConstraints;

describe("the microphone", () => {
  test("changed while it is muted, stays muted", async () => {
    const local = new LocalMedia(drawer);
    await local.toggleMicrophone();
    expect(local.microphone.track.value?.enabled).toBe(true);
    await local.toggleMicrophone();
    await local.choose("microphone", "headset");
    expect(last().deviceId).toEqual({ exact: "headset" });
    expect([local.microphone.on.value, local.microphone.track.value?.enabled]).toEqual([false, false]);
  });

  test("chosen before and not there today, gives way to any other", async () => {
    await new LocalMedia(drawer).choose("microphone", "headset");
    unplugged = "headset";
    const local = new LocalMedia(drawer);
    await local.toggleMicrophone();
    expect(asked.map(({ audio }) => (audio as MediaTrackConstraints).deviceId)).toEqual([{ exact: "headset" }, undefined]);
    expect([local.microphone.track.value?.enabled, local.microphone.problem.value]).toEqual([true, null]);
  });

  test("the cleaning of sound is switched at once and remembered", async () => {
    const local = new LocalMedia(drawer);
    await local.toggleMicrophone();
    expect(last()).toMatchObject({ echoCancellation: true, noiseSuppression: true, autoGainControl: true });
    await local.process(false);
    expect(last()).toMatchObject({ echoCancellation: false, noiseSuppression: false, autoGainControl: false });
    expect(new LocalMedia(drawer).processing.value).toBe(false);
  });
});

describe("sparing a weak phone", () => {
  test("sound alone switches my camera off, and a camera switched on shows no faces still", async () => {
    const local = new LocalMedia(drawer);
    await local.toggleCamera();
    expect(local.camera.track.value).not.toBeNull();
    await local.save("pictures");
    expect([local.saving.value, local.camera.track.value]).toEqual(["pictures", null]);
    await local.toggleCamera();
    expect(local.saving.value).toBe("faces");
    expect(local.camera.track.value).not.toBeNull();
    expect(new LocalMedia(drawer).saving.value).toBe("faces");
  });
});

const fake = (track: MediaStreamTrack | null): FakeMediaStreamTrack => track as unknown as FakeMediaStreamTrack;

describe("a device that goes away", () => {
  test("gives way to another one, as muted as it was, and its name is told", async () => {
    const local = new LocalMedia(drawer);
    label = "headset";
    await local.toggleMicrophone();
    await local.toggleMicrophone();
    label = "built in";
    fake(local.microphone.track.value).remoteStop();
    await vi.waitFor(() => expect(local.microphone.moved.value).toBe("built in"));
    expect([local.microphone.on.value, local.microphone.track.value?.enabled]).toEqual([false, false]);
    expect(local.microphone.problem.value).toBeNull();
  });

  test("and was the only one, is told as a problem that can be tried again", async () => {
    const local = new LocalMedia(drawer);
    await local.toggleCamera();
    refusal = Object.assign(new Error(), { name: "NotFoundError" });
    fake(local.camera.track.value).remoteStop();
    await vi.waitFor(() => expect(local.camera.problem.value).toBe("missing"));
    expect([local.camera.track.value, local.camera.on.value, local.camera.moved.value]).toEqual([null, false, null]);
    refusal = null;
    await local.retry("camera");
    expect([local.camera.problem.value, local.camera.on.value]).toEqual([null, true]);
  });

  test.each([
    ["NotAllowedError", "refused"],
    ["NotReadableError", "busy"],
    ["NotFoundError", "missing"],
    ["TypeError", "unknown"],
  ])("a browser's %s has words of its own", async (name, problem) => {
    refusal = Object.assign(new Error(), { name });
    const local = new LocalMedia(drawer);
    await local.toggleMicrophone();
    expect([local.microphone.problem.value, local.microphone.on.value]).toEqual([problem, false]);
  });

  test("a camera that ends while the screen is off comes back with the page", async () => {
    const local = new LocalMedia(drawer);
    await local.toggleCamera();
    page.hidden = true;
    fake(local.camera.track.value).remoteStop();
    // The others are not left with a picture that stands still.
    expect([local.camera.track.value, local.camera.on.value]).toEqual([null, true]);
    expect(asked).toHaveLength(1);
    page.dispatchEvent(new Event("visibilitychange"));
    page.hidden = false;
    page.dispatchEvent(new Event("visibilitychange"));
    await vi.waitFor(() => expect(local.camera.track.value).not.toBeNull());
    expect([asked.length, local.camera.problem.value]).toEqual([2, null]);
  });

  test("a right taken while the screen is off opens nothing on the way back", async () => {
    const local = new LocalMedia(drawer);
    await local.toggleCamera();
    page.hidden = true;
    fake(local.camera.track.value).remoteStop();
    local.letGo("camera");
    page.hidden = false;
    page.dispatchEvent(new Event("visibilitychange"));
    await Promise.resolve();
    expect([asked.length, local.camera.track.value]).toEqual([1, null]);
  });

  test("a telephone call holds the microphone for a while", async () => {
    const local = new LocalMedia(drawer);
    await local.toggleMicrophone();
    fake(local.microphone.track.value).remoteMute();
    expect(local.microphone.held.value).toBe(true);
    fake(local.microphone.track.value).remoteUnmute();
    expect(local.microphone.held.value).toBe(false);
  });

  test("loudspeakers that are unplugged give way to the browser's own choice, until they are back", async () => {
    const local = new LocalMedia(drawer);
    expect(local.output.value).toBeNull();
    await local.refresh();
    local.chooseSpeaker("headset");
    expect(local.output.value).toBe("headset");
    speakers = ["default"];
    devicesChange();
    await vi.waitFor(() => expect(local.output.value).toBe(""));
    speakers = ["default", "headset"];
    devicesChange();
    await vi.waitFor(() => expect(local.output.value).toBe("headset"));
  });
});
