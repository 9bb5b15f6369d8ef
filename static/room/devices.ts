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
/** Off for music and for those whose devices do it themselves: processing takes some sounds for noise. */
const microphone = (processing: boolean): MediaTrackConstraints => ({
  echoCancellation: processing,
  noiseSuppression: processing,
  autoGainControl: processing,
});

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

/** What to ask for: which device of each sort, and whether the browser cleans the sound. */
export type Choice = { deviceId: (input: Input) => string | null; processing: boolean };

const wanted = (input: Input, choice: Choice): MediaTrackConstraints => ({
  ...(input === "camera" ? CAMERA : microphone(choice.processing)),
  // "exact": to a wish Chromium prefers the system's own microphone.
  ...(choice.deviceId(input) === null ? {} : { deviceId: { exact: choice.deviceId(input) as string } }),
});

async function ask(constraints: MediaStreamConstraints): Promise<MediaStreamTrack[]> {
  if (!navigator.mediaDevices) throw Object.assign(new Error("no mediaDevices"), { name: "InsecureError" });
  return (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
}

/** The chosen device; another one when it is no longer there. */
export async function openTrack(input: Input, choice: Choice): Promise<MediaStreamTrack> {
  try {
    return await open(input, choice);
  } catch (error) {
    if (choice.deviceId(input) === null || problemOf(error) !== "missing") throw error;
    return open(input, { ...choice, deviceId: () => null });
  }
}

async function open(input: Input, choice: Choice): Promise<MediaStreamTrack> {
  const constraints = wanted(input, choice);
  const [track] = await ask(input === "camera" ? { video: constraints } : { audio: constraints });
  if (!track) throw Object.assign(new Error("no track"), { name: "NotFoundError" });
  return track;
}

type Opened = Partial<Record<Input, MediaStreamTrack | DeviceProblem>>;

/** Both at once; when that fails for another reason than a refusal, each by itself. */
export async function openTracks(inputs: readonly Input[], choice: Choice): Promise<Opened> {
  if (inputs.length === 2) {
    try {
      const tracks = await ask({
        audio: wanted("microphone", choice),
        video: wanted("camera", choice),
      });
      return sorted(tracks);
    } catch (error) {
      const problem = problemOf(error);
      if (problem === "refused" || problem === "insecure") return { camera: problem, microphone: problem };
    }
  }
  const opened: Opened = {};
  for (const input of inputs) opened[input] = await openTrack(input, choice).catch(problemOf);
  return opened;
}

function sorted(tracks: readonly MediaStreamTrack[]): Opened {
  const opened: Opened = {};
  for (const track of tracks) opened[track.kind === "video" ? "camera" : "microphone"] = track;
  return opened;
}
