/** The teacher's tools as the server tells of them: a poll, a timer, slides, the attestation checklist. */
import { signal } from "@preact/signals";
import { Board } from "./board.ts";
import type { ChecklistItem, ItemName, Poll, PollAsked, Slides, Timer, ToolsNow } from "./protocol.ts";
import type { Wire } from "./wire.ts";

/** Whom a new question is told to. */
export type Asked = (poll: Poll) => void;

export class Tools {
  readonly poll = signal<Poll | null>(null);
  readonly timer = signal<Timer | null>(null);
  readonly slides = signal<Slides | null>(null);
  /** null where there is none, and for those who do not lead. */
  readonly checklist = signal<readonly ChecklistItem[] | null>(null);
  readonly board: Board;
  readonly #wire: Wire;
  readonly #asked: Asked;
  /** A question is told once, however often its picture changes and the connection comes back. */
  #told = 0;

  constructor(wire: Wire, asked: Asked) {
    this.#wire = wire;
    this.#asked = asked;
    this.board = new Board(wire);
    wire.on("tools", (now) => this.#take(now));
    wire.on("poll", ({ poll }) => this.#ask(poll));
    wire.on("timer", ({ timer }) => {
      this.timer.value = timer;
    });
    wire.on("slides", ({ slides }) => {
      this.slides.value = slides;
    });
    wire.on("checklist", ({ checklist }) => {
      this.checklist.value = checklist;
    });
  }

  /** After every join. */
  restore(now: ToolsNow): void {
    this.board.restore(now.board);
    this.#take(now);
  }

  #take(now: ToolsNow): void {
    this.timer.value = now.timer;
    this.slides.value = now.slides;
    this.checklist.value = now.checklist;
    this.#ask(now.poll);
  }

  // Every request throws a Refusal with the server's code, or Unanswered.

  async ask(poll: PollAsked): Promise<void> {
    await this.#wire.request("poll.open", poll);
  }

  async choose(id: number, choices: number[]): Promise<void> {
    await this.#wire.request("poll.choose", { id, choices });
  }

  async write(id: number, text: string): Promise<void> {
    await this.#wire.request("poll.write", { id, text });
  }

  async showResults(id: number, shown: boolean): Promise<void> {
    await this.#wire.request("poll.show", { id, shown });
  }

  async closePoll(id: number): Promise<void> {
    await this.#wire.request("poll.close", { id });
  }

  async startTimer(minutes: number, breakMinutes: number): Promise<void> {
    await this.#wire.request("timer.start", { minutes, break_minutes: breakMinutes });
  }

  async stopTimer(): Promise<void> {
    await this.#wire.request("timer.stop", {});
  }

  async showSlides(file: number): Promise<void> {
    await this.#wire.request("slides.show", { file });
  }

  async turn(page: number): Promise<void> {
    await this.#wire.request("slides.turn", { page });
  }

  async hideSlides(): Promise<void> {
    await this.#wire.request("slides.hide", {});
  }

  async tick(item: ItemName, done: boolean): Promise<void> {
    await this.#wire.request("checklist.tick", { item, done });
  }

  #ask(poll: Poll | null): void {
    this.poll.value = poll;
    if (!poll || poll.id <= this.#told) return;
    this.#told = poll.id;
    if (!poll.closed && poll.mine === null) this.#asked(poll);
  }
}

export type Countdown = { name: "work" | "break"; left: number } | { name: "over" };

/** What a timer says at this instant, in milliseconds. */
export function countdown({ ends_at, break_ends_at }: Timer, now: number): Countdown {
  const left = Date.parse(ends_at) - now;
  if (left > 0) return { name: "work", left };
  const rest = break_ends_at === null ? 0 : Date.parse(break_ends_at) - now;
  return rest > 0 ? { name: "break", left: rest } : { name: "over" };
}
