/** My own devices against a browser that gives fake tracks and remembers what it was asked for. */
import { FakeMediaStreamTrack } from "fake-mediastreamtrack";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LocalMedia } from "../room/local.ts";
import { MemoryDrawer } from "./people.ts";

let asked: MediaStreamConstraints[];
let drawer: MemoryDrawer;

beforeEach(() => {
  asked = [];
  drawer = new MemoryDrawer();
  vi.stubGlobal("navigator", {
    mediaDevices: {
      addEventListener: () => undefined,
      enumerateDevices: () => Promise.resolve([]),
      getUserMedia: (constraints: MediaStreamConstraints) => {
        asked.push(constraints);
        const track = new FakeMediaStreamTrack({ kind: constraints.audio ? "audio" : "video" });
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
    expect(last().deviceId).toEqual({ ideal: "headset" });
    expect([local.microphone.on.value, local.microphone.track.value?.enabled]).toEqual([false, false]);
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
