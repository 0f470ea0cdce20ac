import { expect, test } from "vitest";
import { fitTarget } from "../../../src/volue/fit-target.ts";
import type { TargetIds } from "../../../src/volue/report.ts";
import { openChance } from "../../support/chance.ts";
import { priceCurve } from "./volue-documents.ts";

const hour = ["2026-01-10T17:00:00+01:00"];
const names = ["resourceId", "locationId", "meterPointId"] as const;

function eventOf(ids: readonly TargetIds[]) {
  const targets = ids.map((one) => Object.fromEntries(Object.entries(one).filter(([, id]) => id !== null)));
  return priceCurve(hour, { targets });
}

test("ids mean the first target that all of them fit, whatever is left out on either side", () => {
  const chance = openChance(7);
  const pick = () => [null, "a", "b", "c"][chance.below(4)] ?? null;
  const draw = (): TargetIds => ({ resourceId: pick(), locationId: pick(), meterPointId: pick() });
  for (let round = 0; round < 300; round += 1) {
    const targets = Array.from({ length: chance.below(8) }, draw);
    const event = eventOf(targets);
    const ids = draw();
    const fits = (target: TargetIds, name: (typeof names)[number]) =>
      ids[name] === null || target[name] === null || ids[name] === target[name];
    const first = targets.findIndex((target) => names.every((name) => fits(target, name)));
    const fitted = fitTarget(ids, event);
    if (first >= 0) expect(fitted).toMatchObject({ number: first, target: targets[first] });
    else {
      const never = names.find((name) => !targets.some((target) => fits(target, name)));
      const given = names.findLast((name) => ids[name] !== null);
      expect(fitted).toMatchObject({ wrong: never ?? given ?? "locationId" });
    }
  }
});

test("each of thirty thousand targets is found without looking through all the others", () => {
  const targets = Array.from({ length: 30_000 }, (_, number): TargetIds => {
    return { resourceId: `charger-${number}`, locationId: `loc-${number % 7}`, meterPointId: null };
  });
  const event = eventOf(targets);
  const isFound = (ids: TargetIds, number: number) => {
    const fitted = fitTarget(ids, event);
    return "number" in fitted && fitted.number === number;
  };
  expect(targets.every(isFound)).toBe(true);
}, 5_000);
