/** What the network check found, in words, and a way to try again. */
import type { JSX } from "preact";
import { useRoom } from "./context.ts";

export function Verdict({ check }: { check: () => void }): JSX.Element {
  const { network, words } = useRoom();
  const verdict = network.verdict.value;
  return (
    <div class="verdict" data-verdict={verdict}>
      <p role="status">{verdict && words.network[verdict]}</p>
      {(verdict === "slow" || verdict === "blocked") && (
        <button type="button" class="quiet" onClick={check}>
          {words.network.again}
        </button>
      )}
    </div>
  );
}
