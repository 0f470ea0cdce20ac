import { expect, it } from "vitest";
import { isWanted } from "../../../src/delivery/wants.ts";

const all = { types: null, regions: null, programs: null };

function toEvent(type: string, data: Record<string, unknown> = {}) {
  return { type, event: JSON.stringify({ type, data }) };
}

it("lets everything through where nothing is said", () => {
  expect(isWanted(all, toEvent("meter.created"))).toBe(true);
});

it("lets types through by name, and by how they begin", () => {
  const filter = { ...all, types: ["meter.group.remapped", "sync.*"] };
  expect(isWanted(filter, toEvent("meter.group.remapped"))).toBe(true);
  expect(isWanted(filter, toEvent("sync.published"))).toBe(true);
  expect(isWanted(filter, toEvent("meter.group.remapped.more"))).toBe(false);
  expect(isWanted(filter, toEvent("meter.created"))).toBe(false);
  expect(isWanted({ ...all, types: [] }, toEvent("meter.created"))).toBe(false);
});

it("holds back by region only what carries one", () => {
  const filter = { ...all, regions: ["CAISO", "PJM"] };
  expect(isWanted(filter, toEvent("meter.created", { transmission_region: "PJM" }))).toBe(true);
  expect(isWanted(filter, toEvent("meter.created", { transmission_region: "ERCOT" }))).toBe(false);
  expect(isWanted(filter, toEvent("meter.enrollment.group.updated", { market_group_id: "g" }))).toBe(true);
  expect(isWanted(filter, toEvent("sync.published"))).toBe(true);
  const stranger = toEvent("meter.drift.detected", { transmission_region: null });
  expect(isWanted(filter, stranger)).toBe(true);
});

it("holds back by program only what carries one, and one of several is enough", () => {
  const filter = { ...all, programs: ["DSGS"] };
  expect(isWanted(filter, toEvent("meter.group.remapped", { program: "DSGS" }))).toBe(true);
  expect(isWanted(filter, toEvent("meter.group.remapped", { program: "CCA" }))).toBe(false);
  expect(isWanted(filter, toEvent("meter.group.remapped", { program: null }))).toBe(true);
  const changes = (...programs: string[]) =>
    toEvent("meter.enrollment.program-status.updated", { changes: programs.map((program) => ({ program })) });
  expect(isWanted(filter, changes("CCA", "DSGS"))).toBe(true);
  expect(isWanted(filter, changes("CCA"))).toBe(false);
});
