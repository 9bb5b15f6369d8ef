import "../styles/pages.css";
