import "../styles/pages.css";
import { offerCopying } from "./copy";
import { keepFresh } from "./refresh";

offerCopying(document);
keepFresh(document);
