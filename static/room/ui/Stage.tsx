/** The pictures: a grid of equals, or one large with the others beside. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { arrange, fitGrid, pageOf, TILES_ON_A_PAGE, type Spot } from "../layout.ts";
import type { Peer, Producer, Session } from "../protocol.ts";
import { useNarrow, useRoom } from "./context.ts";
import { IconButton } from "./IconButton.tsx";
import { Tile } from "./Tile.tsx";

const GAP = 8;

export function Stage({ session: about }: { session: Session }): JSX.Element | null {
  const { local, session, view } = useRoom();
  const { people } = session;
  // The server tells of the others' producers; mine are known from what is open here.
  const mine = ({ id }: Peer): Producer[] =>
    session.rights.value.publish_video && local.camera.track.value
      ? [{ id: "mine", peer: id, kind: "video", source: "camera", paused: false }]
      : [];
  const me = people.me.value;
  if (!me) return null;
  const arrangement = arrange({
    form: about.form,
    kind: about.kind,
    me,
    others: people.all.value.filter((peer) => peer.id !== me.id),
    producers: [...people.producers.value.values(), ...mine(me)],
    speaker: people.speaker.value,
    pinned: view.pinned.value,
  });
  return arrangement.name === "grid" ? (
    <TileGrid tiles={arrangement.tiles} />
  ) : (
    <Large main={arrangement.main} beside={arrangement.beside} />
  );
}

function TileGrid({ tiles: everybody }: { tiles: Peer[] }): JSX.Element {
  const { words } = useRoom();
  const [wanted, turn] = useState(0);
  const atMost = useNarrow() ? TILES_ON_A_PAGE.narrow : TILES_ON_A_PAGE.wide;
  const { tiles, page, pages } = pageOf(everybody, wanted, atMost);
  const grid = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (!grid.current) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setBox({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(grid.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const { width, height } = fitGrid(tiles.length, box.width, box.height, GAP);
    // Through the CSSOM: the content security policy forbids style attributes.
    grid.current?.style.setProperty("--tile-width", `${width}px`);
    grid.current?.style.setProperty("--tile-height", `${height}px`);
  }, [tiles.length, box]);
  return (
    <div class="pages">
      <div class="grid" ref={grid}>
        {tiles.map((peer) => (
          <Tile key={peer.id} peer={peer} />
        ))}
        {everybody.length === 1 && <p class="stage-note">{words.room.alone}</p>}
      </div>
      {pages > 1 && (
        <p class="pages-turn">
          <IconButton icon="back" label={words.floor.previousPage} look="round-small" disabled={page === 0} press={() => turn(page - 1)} />
          <span role="status">{words.floor.page(page + 1, pages)}</span>
          <IconButton icon="forward" label={words.floor.nextPage} look="round-small" disabled={page === pages - 1} press={() => turn(page + 1)} />
        </p>
      )}
    </div>
  );
}

function Large({ main, beside }: { main: Spot | null; beside: Peer[] }): JSX.Element {
  const { words } = useRoom();
  return (
    <div class="stage" data-beside={beside.length > 0}>
      <div class="stage-main">
        {main ? (
          <Tile key={`${main.peer.id}-${main.source}`} peer={main.peer} source={main.source} />
        ) : (
          <p class="stage-note">{words.room.waitingForHost}</p>
        )}
      </div>
      {beside.length > 0 && (
        <div class="stage-beside">
          {beside.map((peer) => (
            <Tile key={peer.id} peer={peer} />
          ))}
        </div>
      )}
    </div>
  );
}
