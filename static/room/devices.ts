/** The browser's cameras, microphones and loudspeakers. */

export type Input = "camera" | "microphone";
/** insecure: the browser gives no devices to pages without https. */
export type DeviceProblem = "refused" | "missing" | "busy" | "insecure" | "unknown";
export type DeviceChoice = { id: string; label: string };
export type DeviceLists = { camera: DeviceChoice[]; microphone: DeviceChoice[]; speaker: DeviceChoice[] };

/** A class is taught on cheap laptops: 720p at most, and what the camera gives at least. */
const CAMERA: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 24, max: 30 },
  facingMode: "user",
};
const MICROPHONE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const KINDS: Record<string, keyof DeviceLists> = {
  videoinput: "camera",
  audioinput: "microphone",
  audiooutput: "speaker",
};

export async function listDevices(): Promise<DeviceLists> {
  const lists: DeviceLists = { camera: [], microphone: [], speaker: [] };
  const found = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  for (const { kind, deviceId, label } of found) {
    const list = KINDS[kind];
    // Before the permission the browser lists one nameless device of each kind: nothing to choose from yet.
    if (list && deviceId !== "") lists[list].push({ id: deviceId, label });
  }
  return lists;
}

/** Names of DOMException that getUserMedia throws (W3C Media Capture and Streams, 10.2). */
export function problemOf(error: unknown): DeviceProblem {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  if (name === "InsecureError") return "insecure";
  return "unknown";
}

const wanted = (input: Input, deviceId: string | null): MediaTrackConstraints => ({
  ...(input === "camera" ? CAMERA : MICROPHONE),
  // "ideal", so that a device that is no longer there gives way to another.
  ...(deviceId === null ? {} : { deviceId: { ideal: deviceId } }),
});

async function ask(constraints: MediaStreamConstraints): Promise<MediaStreamTrack[]> {
  if (!navigator.mediaDevices) throw Object.assign(new Error("no mediaDevices"), { name: "InsecureError" });
  return (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
}

export async function openTrack(input: Input, deviceId: string | null): Promise<MediaStreamTrack> {
  const constraints = wanted(input, deviceId);
  const [track] = await ask(input === "camera" ? { video: constraints } : { audio: constraints });
  if (!track) throw Object.assign(new Error("no track"), { name: "NotFoundError" });
  return track;
}

type Opened = Partial<Record<Input, MediaStreamTrack | DeviceProblem>>;

/** Both at once; when that fails for another reason than a refusal, each by itself. */
export async function openTracks(inputs: readonly Input[], deviceId: (input: Input) => string | null): Promise<Opened> {
  if (inputs.length === 2) {
    try {
      const tracks = await ask({
        audio: wanted("microphone", deviceId("microphone")),
        video: wanted("camera", deviceId("camera")),
      });
      return sorted(tracks);
    } catch (error) {
      const problem = problemOf(error);
      if (problem === "refused" || problem === "insecure") return { camera: problem, microphone: problem };
    }
  }
  const opened: Opened = {};
  for (const input of inputs) opened[input] = await openTrack(input, deviceId(input)).catch(problemOf);
  return opened;
}

function sorted(tracks: readonly MediaStreamTrack[]): Opened {
  const opened: Opened = {};
  for (const track of tracks) opened[track.kind === "video" ? "camera" : "microphone"] = track;
  return opened;
}
