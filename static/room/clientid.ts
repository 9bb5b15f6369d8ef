/** The browser's own name for something it sends: the server stores what bears it once. */

/** Random, and made without crypto.randomUUID, which plain http does not have. */
export function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
