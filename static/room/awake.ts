/** Phones: the screen stays on while somebody is in the room, and the sound stays when they switch it off. */

type Lock = { release(): Promise<void> };
type WakeLock = { request(kind: "screen"): Promise<Lock> };

/** Until the returned function is called. Browsers give the lock only to a page in sight, so it is asked for again. */
export function keepAwake(title: string): () => void {
  const { wakeLock } = navigator as { wakeLock?: WakeLock };
  let lock: Lock | null = null;
  let over = false;

  const ask = async (): Promise<void> => {
    if (document.hidden || !wakeLock) return;
    // A battery that is nearly empty refuses: the screen then goes dark as it always does.
    const given = await wakeLock.request("screen").catch(() => null);
    if (over) void given?.release();
    else lock = given;
  };
  const seen = (): void => void ask();

  void ask();
  document.addEventListener("visibilitychange", seen);
  if ("mediaSession" in navigator) {
    // A phone goes on playing what it knows to be a call, and shows its name while the screen is locked.
    navigator.mediaSession.metadata = new MediaMetadata({ title });
    navigator.mediaSession.playbackState = "playing";
  }
  return () => {
    over = true;
    document.removeEventListener("visibilitychange", seen);
    void lock?.release();
    if ("mediaSession" in navigator) {
      navigator.mediaSession.metadata = null;
      navigator.mediaSession.playbackState = "none";
    }
  };
}
