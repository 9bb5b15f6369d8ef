import { render } from "preact";
import "./room.css";

const root = document.getElementById("room");
if (root) render(<p>…</p>, root);
