/** Where small things outlive a reloaded page. */

/** Storage fits. */
export interface Drawer {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Browsers may forbid storage or fill it up: the room works without it. */
export function forgiving(open: () => Drawer): Drawer {
  return {
    getItem(key) {
      try {
        return open().getItem(key);
      } catch {
        return null;
      }
    },
    setItem(key, value) {
      try {
        open().setItem(key, value);
      } catch {
        // Nothing to do: it is remembered until the page is closed.
      }
    },
  };
}
