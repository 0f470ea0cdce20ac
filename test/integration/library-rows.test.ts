import { expectTypeOf, it } from "vitest";
import type { toEnvelopeSchema } from "../../src/events/index.ts";
import type * as library from "../../src/library/index.ts";
import type * as reader from "../../src/reader/index.ts";

type Envelope = ReturnType<ReturnType<typeof toEnvelopeSchema>["parse"]>;

it("has the reader's rows, no more and no less, as far as the compiler sees", () => {
  // Judged by `npm run types`: nothing of this is left when the test runs.
  expectTypeOf<library.SnapshotInfo>().toEqualTypeOf<reader.SnapshotInfo>();
  expectTypeOf<library.Meter>().toEqualTypeOf<reader.MeterRow>();
  expectTypeOf<keyof library.MeterWithDocument>().toEqualTypeOf<keyof reader.MeterDocument>();
  expectTypeOf<library.MeterWithDocument["document"]>().toEqualTypeOf<reader.MeterDocument["document"]>();
  expectTypeOf<library.MeterFilter>().toEqualTypeOf<reader.MeterFilter>();
  expectTypeOf<library.TradeDateAssignment>().toEqualTypeOf<reader.GroupMember>();
  expectTypeOf<library.Assignment>().toEqualTypeOf<reader.AssignmentRow>();
  // Counted now, and not as known at an instant: both in one.
  type Versions = reader.GroupRow["version"] | reader.GroupAsOf["version"];
  type Counted = {
    readonly [Key in keyof reader.GroupRow]: Key extends "version" ? Versions : reader.GroupRow[Key];
  };
  expectTypeOf<library.Group>().toEqualTypeOf<Counted>();
  // Parsed, where the reader has text.
  expectTypeOf<Omit<library.Change, "event">>().toEqualTypeOf<Omit<reader.EventRow, "event">>();
  expectTypeOf<keyof library.Change>().toEqualTypeOf<keyof reader.EventRow>();
  expectTypeOf<keyof library.ChangeEvent>().toEqualTypeOf<keyof Envelope>();
});
