/** Files on their way into the conversation: one after another, each once, tried again while the room is ours. */
import { signal } from "@preact/signals";
import { newClientId } from "./clientid.ts";
import type { Quote } from "./protocol.ts";
import { passes, Refusal } from "./wire.ts";

export type Upload = {
  client_id: string;
  file: File;
  quote: Quote | null;
  /** Which part of the file is sent, from 0 to 1. */
  sent: number;
  /** Why the server does not take it; null while it may still do. */
  refused: string | null;
};

/** Sends one file; throws a Refusal, or anything else when nobody answered. */
export type Uploader = (upload: Upload, progress: (sent: number) => void) => Promise<void>;

const RETRY_MS = 2_000;
/** As many as the server takes at once. */
export const MOST_AT_ONCE = 10;

/** Who is just coming back is not inside yet: that passes too. */
const passing = (error: unknown): boolean => passes(error) || (error instanceof Refusal && error.code === "not_joined");

/** The most telling word of a refusal: the reason where there is one. */
const reasonOf = (refusal: Refusal): string => {
  const reason = refusal.data["reason"];
  return typeof reason === "string" ? reason : refusal.code;
};

export class Uploads {
  readonly list = signal<readonly Upload[]>([]);
  readonly #send: Uploader;
  readonly #limit: number;
  #up = false;
  #sending = false;

  /** `limit` is the largest file in bytes. */
  constructor(send: Uploader, limit: number) {
    this.#send = send;
    this.#limit = limit;
  }

  /** Gives the ids that the messages will bear. */
  add(files: readonly File[], quote: Quote | null = null): string[] {
    const added = files.slice(0, MOST_AT_ONCE).map((file, number) => ({
      client_id: newClientId(),
      file,
      quote: number === 0 ? quote : null,
      sent: 0,
      refused: file.size > this.#limit ? "too_large" : file.size === 0 ? "empty" : null,
    }));
    this.list.value = [...this.list.peek(), ...added];
    void this.#flush();
    return added.map(({ client_id }) => client_id);
  }

  withdraw(clientId: string): void {
    this.list.value = this.list.peek().filter((upload) => upload.client_id !== clientId);
  }

  /** The room is ours, or not at the moment: nothing begins while it is not. */
  turn(up: boolean): void {
    this.#up = up;
    if (up) void this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.#next(); next && this.#up; next = this.#next()) await this.#one(next);
    } finally {
      this.#sending = false;
    }
  }

  #next(): Upload | undefined {
    return this.list.peek().find((upload) => upload.refused === null);
  }

  async #one(upload: Upload): Promise<void> {
    try {
      await this.#send(upload, (sent) => this.#change(upload, { sent }));
      this.withdraw(upload.client_id);
    } catch (error) {
      if (error instanceof Refusal && !passing(error)) this.#change(upload, { refused: reasonOf(error) });
      else await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  #change({ client_id }: Upload, change: Partial<Upload>): void {
    this.list.value = this.list.peek().map((one) => (one.client_id === client_id ? { ...one, ...change } : one));
  }
}

/** By HTTP: a file is larger than a socket's message may be, and its progress can be seen. */
export function uploader(url: string, csrf: string): Uploader {
  return ({ client_id, file, quote }, progress) =>
    new Promise((resolve, reject) => {
      const form = new FormData();
      form.append("client_id", client_id);
      if (quote) form.append("reply_to", String(quote.id));
      form.append("file", file);
      const request = new XMLHttpRequest();
      request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
      request.onerror = request.onabort = () => reject(new Error("nobody answered"));
      request.onload = () => (request.status === 200 ? resolve() : reject(refusal(request.responseText)));
      request.open("POST", url);
      request.setRequestHeader("X-CSRF-Token", csrf);
      request.send(form);
    });
}

function refusal(text: string): Error {
  try {
    const { code, data } = JSON.parse(text) as { code: string; data?: Record<string, unknown> };
    return new Refusal(code === "http_413" ? "too_large" : code, data ?? {});
  } catch {
    return new Error("not our answer");
  }
}
