/** How loud a microphone is, for the eye: 0 to 1, twenty times a second. */

const EVERY_MS = 50;
/** Quieter than this is the room, louder is somebody speaking into the microphone. */
const FLOOR_DB = -60;
const CEILING_DB = -12;

/** Root mean square of samples in −1…1, on a scale of decibels that looks even to a person. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, (decibels - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}

/** Measures until the returned function is called. */
export function watchLevel(track: MediaStreamTrack, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  // A page that nobody has touched yet may not start its audio: the first touch or key does.
  const wake = (): void => void context.resume();
  document.addEventListener("pointerdown", wake);
  document.addEventListener("keydown", wake);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(loudness(samples));
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    document.removeEventListener("pointerdown", wake);
    document.removeEventListener("keydown", wake);
    void context.close();
  };
}

/** A track without a sound, for a line that has to be tried without a microphone. */
export function silence(): MediaStreamTrack {
  const [track] = new AudioContext().createMediaStreamDestination().stream.getAudioTracks();
  return track as MediaStreamTrack;
}
