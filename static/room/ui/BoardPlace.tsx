/** Where the whiteboard is: its program is fetched when a board is put up. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useRoom } from "./context.ts";

type Component = () => JSX.Element | null;

export function BoardPlace(): JSX.Element {
  const { words } = useRoom();
  const [loaded, setLoaded] = useState<{ Whiteboard: Component } | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let there = true;
    import("./Whiteboard.tsx").then(
      (module) => there && setLoaded(module),
      () => there && setFailed(true),
    );
    return () => {
      there = false;
    };
  }, []);
  if (loaded) return <loaded.Whiteboard />;
  return (
    <section class="slides" aria-label={words.tools.board.title}>
      <p class="stage-note" role={failed ? "alert" : "status"}>
        {failed ? words.tools.board.failed : words.tools.board.opening}
      </p>
    </section>
  );
}
