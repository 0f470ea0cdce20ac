import { describe, expect, it } from "vitest";
import { type Attempted, decideAttempt } from "../../../src/delivery/decide-attempt.ts";

const one: Attempted = {
  eventCount: 1,
  attemptCount: 1,
  isPart: false,
  isOtherTaken: false,
  failureCount: 1,
};
const many: Attempted = { ...one, eventCount: 100 };

const decide = (kind: Parameters<typeof decideAttempt>[0]["kind"], attempted: Attempted) =>
  decideAttempt({ kind }, attempted);

describe("what follows from an answer", () => {
  it("settles what was taken, and disables a sink that is gone", () => {
    expect(decide("taken", many)).toEqual({ kind: "settle" });
    expect(decide("gone", many)).toEqual({ kind: "disable" });
  });

  it.each(["busy", "unreachable"] as const)(
    "waits for a receiver that is %s, however long it is so",
    (kind) => {
      for (const attemptCount of [1, 3, 5, 500]) {
        for (const isOtherTaken of [false, true]) {
          const attempted = { ...one, attemptCount, isOtherTaken, isPart: true, failureCount: attemptCount };
          expect(decide(kind, attempted)).toEqual({ kind: "pause" });
        }
      }
    },
  );

  it("takes a request apart at once where its content was refused", () => {
    expect(decide("refused", many)).toEqual({ kind: "split" });
  });

  it("asks once more for a single event that was refused, after the others, then doubts", () => {
    expect(decide("refused", one)).toEqual({ kind: "postpone", isAtOnce: true, isPaused: false });
    expect(decide("refused", { ...one, attemptCount: 2, failureCount: 2 })).toEqual({ kind: "doubt" });
  });

  it("leaves a receiver alone that refuses all it is sent, but not one that takes others", () => {
    const third = { ...one, failureCount: 3 };
    expect(decide("refused", third)).toMatchObject({ kind: "postpone", isPaused: true });
    expect(decide("refused", { ...third, isOtherTaken: true })).toMatchObject({ isPaused: false });
  });

  it("sends a failed request three times as it is, then takes it apart", () => {
    expect(decide("failed", many)).toEqual({ kind: "pause" });
    expect(decide("failed", { ...many, attemptCount: 2, failureCount: 2 })).toEqual({ kind: "pause" });
    expect(decide("failed", { ...many, attemptCount: 3, failureCount: 3 })).toEqual({ kind: "split" });
  });

  it("takes a part that fails apart without trying it again", () => {
    expect(decide("failed", { ...many, eventCount: 50, isPart: true })).toEqual({ kind: "split" });
  });

  it("puts a single event that fails behind the others, and leaves a receiver alone that takes none", () => {
    const part = { ...one, isPart: true };
    expect(decide("failed", part)).toEqual({ kind: "postpone", isAtOnce: false, isPaused: false });
    expect(decide("failed", { ...part, failureCount: 3 })).toMatchObject({ isPaused: true });
  });

  it("doubts a single event that has failed three times, however the receiver does", () => {
    for (const isOtherTaken of [false, true]) {
      expect(decide("failed", { ...one, isPart: true, attemptCount: 2, isOtherTaken }).kind).toBe("postpone");
      expect(decide("failed", { ...one, attemptCount: 3, isOtherTaken }).kind).toBe("doubt");
    }
  });
});
