import type { Command } from "commander";
import type { Config } from "../config/index.ts";
import { Failure } from "../failure/index.ts";
import type { EventRow, MeterDocument, Reader, TimeLineRow } from "../reader/index.ts";
import { printRecord } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { toMeterLines } from "./meter-lines.ts";
import { withReader } from "./reading.ts";
import { type Dispatch, toDispatch } from "./why.ts";
import { findNoGroupRemaps } from "./why-group.ts";
import { type ProgramStatusOn, toProgramStatusesOn } from "./why-program.ts";

export function addMeterCommand(program: Command, act: Act): void {
  program
    .command("meter")
    .description("One meter: whether it can be dispatched, its groups, and its time line")
    .argument("<id>", "the meter's id")
    .addHelpText("after", meterExamples)
    .action(act(showMeter));
}

const meterExamples = `
Examples:
  meter-sync meter 0b7e4c1e-8a55-4c39-9a37-0f6f6b1c2d3e
  meter-sync meter 0b7e4c1e-8a55-4c39-9a37-0f6f6b1c2d3e --format json | jq .document
  meter-sync meter 0b7e4c1e-8a55-4c39-9a37-0f6f6b1c2d3e --format json | jq .dispatch`;

const eventCountMax = 500;

async function showMeter(invocation: Invocation, _options: unknown, [meterId = ""]: readonly string[]) {
  const { loadMeter, loadMeterGroups, loadMeterHistory, loadMeterTimeLine, loadTimeLine } = await import(
    "../reader/index.ts"
  );
  await withReader(invocation, async (reader, config) => {
    const meter = loadMeter(reader, meterId);
    const timeLine = loadTimeLine(reader, meterId, eventCountMax);
    if (meter === undefined || timeLine === undefined) {
      throw new Failure(
        "usage",
        `no meter ${meterId} in the snapshot: \`meter-sync meters --partner-reference …\` may find it`,
      );
    }
    const groups = [...loadMeterGroups(reader, meterId)].map(
      ({ trade_date, market_group_id, market_group_name, program }) =>
        ({ trade_date, program, market_group_id, market_group_name }) as const,
    );
    const events = [...loadMeterTimeLine(reader, meterId, eventCountMax)];
    const dispatch = await loadDispatch(invocation, reader, config, { meter, rows: timeLine.rows, events });
    const { output, format } = invocation;
    if (format === "table") {
      return output.write(toMeterLines({ meter, groups, timeLine, dispatch }, output.width));
    }
    return printRecord(output, format, {
      ...meter,
      groups,
      assignment_history: [...loadMeterHistory(reader, meterId)],
      events: events.map((row) => JSON.parse(row.event) as unknown),
      dispatch,
      time_line: timeLine.rows,
      time_line_begins_at: timeLine.begins_at,
    });
  });
  return 0;
}

type Known = {
  readonly meter: MeterDocument;
  readonly rows: readonly TimeLineRow[];
  readonly events: readonly EventRow[];
};

/** Why it is not dispatched, on the day that it is now in its region. */
async function loadDispatch(
  { clock }: Invocation,
  reader: Reader,
  config: Config,
  { meter, rows, events }: Known,
): Promise<Dispatch> {
  const { loadHeldRun, loadInfo } = await import("../reader/index.ts");
  const { toLocalDate, toZone } = await import("../market/index.ts");
  const info = loadInfo(reader);
  const nowMs = clock.now();
  const region = meter.transmission_region;
  const zone = toZone(region, config);
  const today = toLocalDate(nowMs, zone);
  const remaps = events.filter(({ type }) => type === "meter.group.remapped");
  return toDispatch({
    meter,
    timeLine: rows,
    today,
    noGroupRemaps: findNoGroupRemaps(
      today,
      remaps.map(({ event }) => JSON.parse(event) as unknown),
    ),
    programStatuses: await loadProgramStatuses(meter, info?.api_version ?? null, today, zone),
    lastPublishedDate: info?.horizons[region]?.last ?? null,
    publishedAt: info?.published_at ?? null,
    heldRun: loadHeldRun(reader),
    nowMs,
  });
}

/** Of each program on that day. Only a document of v2 as Leap sent it has them: an export leaves it out. */
async function loadProgramStatuses(
  { document }: MeterDocument,
  apiVersion: string | null,
  date: string,
  zone: string,
): Promise<readonly ProgramStatusOn[] | null> {
  const isKept = typeof document === "object" && document !== null && Object.keys(document).length > 0;
  if (!isKept) return apiVersion === "v2" ? null : [];
  const { toPeriodStatuses } = await import("../leap/index.ts");
  return toProgramStatusesOn(date, toPeriodStatuses(document), zone);
}
