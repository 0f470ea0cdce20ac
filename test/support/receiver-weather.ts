import type { Chance } from "./chance.ts";
import { answer, type Behaviour, taken } from "./receiver.ts";
import type { ReceivedEvent, ReceivedRequest } from "./receiver-request.ts";

/** What a receiver does for a while, whatever it is sent. */
export type Weather =
  | "fine"
  | "away"
  | "failing"
  | "locked"
  | "busy"
  | "cutting"
  | "flaky"
  | "refusing"
  | "gone"
  | "small";

/** Weather that says nothing against any event: it must never make a dead letter. */
export const innocent = [
  "fine",
  "away",
  "failing",
  "locked",
  "busy",
  "cutting",
  "refusing",
  "gone",
  "small",
] as const;

/** How a receiver treats a request with an event that it cannot bear. */
export type Poison = "refuse" | "fail" | "reset" | "hang";

/** A receiver whose behaviour changes with time, and that cannot bear some events. */
export type RandomReceiver = {
  weather: Weather;
  /** By sequence. */
  readonly poisoned: Map<number, Poison>;
  /** `null` where no connection can be made. */
  readonly behave: (request: ReceivedRequest) => Behaviour;
  readonly isAway: () => boolean;
};

export function openRandomReceiver(chance: Chance): RandomReceiver {
  const poisoned = new Map<number, Poison>();
  const receiver: RandomReceiver = {
    weather: "fine",
    poisoned,
    behave: (request) =>
      toWeather(receiver.weather, request, chance) ?? toPoison(poisoned, request.events, chance),
    isAway: () => receiver.weather === "away",
  };
  return receiver;
}

/** What the weather makes of a request; `null` where it lets it through. */
function toWeather(weather: Weather, { events }: ReceivedRequest, chance: Chance): Behaviour | null {
  switch (weather) {
    case "fine":
    case "away":
      return null;
    case "failing":
      return answer(chance.pick([500, 502, 503, 504, 302]));
    case "locked":
      return answer(chance.pick([401, 403, 404, 405]));
    case "busy":
      return answer(chance.pick([429, 503]), { "retry-after": String(chance.below(7200)) });
    case "cutting":
      return { kind: "reset", when: chance.pick(["read", "taken"]) };
    case "flaky":
      if (chance.hits(0.6)) return null;
      return chance.pick([answer(500), { kind: "reset", when: "taken" }, { kind: "hang", isTaken: true }]);
    case "refusing":
      return answer(400, {}, "cannot read it");
    case "gone":
      return answer(410);
    case "small":
      return events.length > 2 ? answer(413) : null;
  }
}

function toPoison(
  poisoned: ReadonlyMap<number, Poison>,
  events: readonly ReceivedEvent[],
  chance: Chance,
): Behaviour {
  const found = events.map(({ sequence }) => poisoned.get(sequence)).find((poison) => poison !== undefined);
  switch (found) {
    case undefined:
      return taken;
    case "refuse":
      return answer(chance.pick([400, 409, 422]), {}, `cannot bear it`);
    case "fail":
      return answer(500, {}, "TypeError");
    case "reset":
      return { kind: "reset", when: "read" };
    case "hang":
      return { kind: "hang", isTaken: false };
  }
}
