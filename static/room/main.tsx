import { render } from "preact";
import "../styles/tokens.css";
import "../styles/base.css";
import "./styles/room.css";
import { readPage } from "./page.ts";
import { openRoom } from "./room.ts";
import { App } from "./ui/App.tsx";
import { RoomContext } from "./ui/context.ts";

const root = document.getElementById("room");
if (root) {
  const room = openRoom(readPage(root));
  root.replaceChildren();
  render(
    <RoomContext.Provider value={room}>
      <App />
    </RoomContext.Provider>,
    root,
  );
}
