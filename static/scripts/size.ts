/** Prints the gzipped weight of each entry and fails when the room outgrows its budget. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

type Chunk = { file: string; css?: string[]; imports?: string[]; isEntry?: boolean };
type Manifest = Record<string, Chunk>;

// A cheap phone on 3G loads this much in about four seconds.
const BUDGETS: Record<string, number> = { "room/main.tsx": 200_000, "pages/main.ts": 40_000 };
const dist = new URL("../dist/", import.meta.url);

function filesOf(manifest: Manifest, name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`The build has no entry ${name}`);
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const css of chunk.css ?? []) seen.add(css);
  for (const imported of chunk.imports ?? []) filesOf(manifest, imported, seen);
  return seen;
}

const gzipped = (file: string): number => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8")) as Manifest;
for (const [entry, budget] of Object.entries(BUDGETS)) {
  const weight = [...filesOf(manifest, entry)].reduce((sum, file) => sum + gzipped(file), 0);
  console.log(`${entry}: ${(weight / 1000).toFixed(1)} KB gzipped of ${budget / 1000} KB`);
  if (weight > budget) process.exitCode = 1;
}
