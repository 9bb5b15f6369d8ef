import { describe, expect, test } from "vitest";
import { Look } from "../room/look.ts";

const page = (dataset: Record<string, string> = {}) => {
  const root = { dataset } as unknown as HTMLElement;
  const kept: string[] = [];
  return { dataset, kept, look: new Look(root, (form) => kept.push(form.toString())) };
};

describe("the version for the visually impaired", () => {
  test("one press puts it on, another takes it off, and both are kept", () => {
    const { dataset, kept, look } = page();
    look.toggle();
    expect(dataset).toEqual({ scheme: "black-on-white", size: "large" });
    look.toggle();
    expect(dataset).toEqual({ size: "normal" });
    expect(kept).toEqual(["scheme=black-on-white&size=large", "off=true"]);
  });

  test("what the page wears already is what the room begins with", () => {
    const { look } = page({ scheme: "blue-on-sky", size: "huge" });
    expect([look.scheme.value, look.size.value]).toEqual(["blue-on-sky", "huge"]);
    expect(page({ scheme: "plaid" }).look.scheme.value).toBeNull();
  });
});
