import "../styles/pages.css";
import { offerCopying } from "./copy";
import { keepFresh } from "./refresh";
import { goToRefused } from "./refused";
import { tellZone } from "./zone";

offerCopying(document);
keepFresh(document);
tellZone(document);
goToRefused(document);
