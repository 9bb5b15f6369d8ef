/** A request that a button makes: what the server refuses is told in words, over the room. */
import { Refusal } from "../wire.ts";
import { refusalIn } from "../words/index.ts";
import { useRoom } from "./context.ts";

export type Ask = (request: () => Promise<void>) => void;

export function useAsk(): Ask {
  const { view, words } = useRoom();
  return (request) => {
    view.problem.value = null;
    request().catch((error: unknown) => {
      view.problem.value = refusalIn(words, error instanceof Refusal ? error.code : "unanswered");
    });
  };
}
