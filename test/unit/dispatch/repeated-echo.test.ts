import { expect, test } from "vitest";
import { compareEcho } from "../../../src/dispatch/index.ts";
import { echoOf, sent } from "./echoes.ts";

test("a meter that is echoed twice, in whatever case, is a difference: it would be dispatched twice", () => {
  const echo = echoOf(({ group_dispatches: [group] }) => {
    group.meter_ids.push(group.meter_ids[0].toUpperCase());
  });
  const [{ meter_ids: ids = [] } = {}] = sent.group_dispatches;
  expect(compareEcho(sent, echo)).toMatchObject({
    kind: "different",
    differences: [`group_dispatches[0].meter_ids: 1 of ${ids.length + 1} are echoed more than once`],
  });
});
