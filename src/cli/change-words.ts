type Data = Readonly<Record<string, unknown>>;
/** Names of groups by id, where they are known. */
type GroupNames = ReadonlyMap<string, string>;
type Words = (data: Data, groupNames: GroupNames) => string;

/** One change event as a sentence for people, without its subject's id; not neutralised. */
export function describeChange(event: unknown, groupNames: GroupNames = new Map()): string {
  const { type, data } = toObject(event);
  const words = sentences[String(type)];
  return words === undefined ? String(type) : words(toObject(data), groupNames);
}

/** Who a change event is about, as people call it: the partner's reference, the group's name, else the id. */
export function nameSubject(event: unknown): string {
  const { subject, data } = toObject(event);
  const { partner_reference: reference, market_group_name: name, meter_id: meterId } = toObject(data);
  if (typeof name === "string") return `group ${name}`;
  if (typeof reference === "string") return `meter ${reference}`;
  return meterId === undefined ? String(subject) : `meter ${String(meterId)}`;
}

const sentences: Readonly<Record<string, Words>> = {
  "meter.created": ({ after }) => {
    const { transmission_region: region, enrollment_status: status } = toObject(after);
    return `new meter in ${show(region)}, status ${show(status)}`;
  },
  "meter.enrollment.global-status.updated": ({ before, after }) => {
    const now = toObject(after).dispatchable === true ? "can be dispatched" : "cannot be dispatched";
    return `enrollment status ${show(toObject(before).status)} → ${show(toObject(after).status)} (${now})`;
  },
  "meter.enrollment.program-status.updated": ({ changes }) => {
    const [first, ...others] = toList(changes).map(toObject);
    if (first === undefined) return "program status";
    const more = others.length === 0 ? "" : `, and ${others.length} more`;
    const period = first.delivery_period == null ? "" : ` ${show(first.delivery_period)}`;
    return `${show(first.program)}${period}: ${show(first.before)} → ${show(first.after)}${more}`;
  },
  "meter.enrollment.participation-status.updated": ({ before, after }) => {
    const [was, is] = [toObject(before), toObject(after)];
    if (was.preference !== is.preference)
      return `preference ${show(was.preference)} → ${show(is.preference)}`;
    const until = is.end == null ? "on" : `to ${show(is.end)}`;
    return `preference ${show(is.preference)} in another window: from ${show(is.start)} ${until}`;
  },
  "meter.enrollment.required-actions.updated": ({ added, changed, resolved, outstanding }) => {
    const counts = [
      [toList(added).length, "added"],
      [toList(changed).length, "changed"],
      [toList(resolved).length, "resolved"],
    ] as const;
    const told = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
    return `required actions: ${told.join(", ")}; ${toList(outstanding).length} outstanding`;
  },
  "meter.partner-reference.updated": ({ before, after }) =>
    `partner reference ${show(before)} → ${show(after)}`,
  "meter.group.remapped": describeRemap,
  "group.remap.overdue": describeOverdue,
  "meter.enrollment.group.updated": describeGroupUpdate,
  "group.drift.detected": describeGroupDrift,
  "meter.drift.detected": describeMeterDrift,
  "meter.archived": () => "archived",
  "meter.restored": () => "restored from the archive",
  "meter.missing": () => "Leap no longer knows it",
  "meter.reappeared": () => "known to Leap again",
  "sync.published": () => "published",
  "sync.held": () => "held back for a person to look at",
  "sync.failed": ({ after }) => `failed: ${show(toObject(after).error)}`,
  "portfolio.field.discovered": ({ path, type }) => `Leap sends something new: ${show(path)} (${show(type)})`,
};

function describeRemap(data: Data, groupNames: GroupNames): string {
  const notes = `${show(data.basis)}${describeLead(data.lead_time_hours)}`;
  return `${describeMove(data, groupNames)} ${describeDays(data)} (${notes})`;
}

function describeOverdue(data: Data, groupNames: GroupNames): string {
  const said = data.state === "rejected" ? `rejected (${show(data.reason)})` : "not reported as applied";
  const notes = `due ${show(data.due_at)}${describeLead(data.lead_time_hours)}`;
  const { reason: _, ...move } = data;
  return `overdue, ${said}: ${describeMove(move, groupNames)} ${describeDays(data)} (${notes})`;
}

function describeGroupDrift(data: Data): string {
  const { missing_here_count: here, missing_there_count: there, verdict } = data;
  if (verdict === "unknown_group") return `${describeSlot(data)} while the group was not known here`;
  return `${describeSlot(data)} otherwise than published: ${show(here)} missing here, ${show(there)} there`;
}

function describeMeterDrift(data: Data, groupNames: GroupNames): string {
  if (data.verdict === "unknown_meter") return `${describeSlot(data)} while it was not known here`;
  const groups = toList(toObject(data.before).market_group_ids);
  const was = groups.length === 0 ? "no group" : `only ${showGroups(groups, groupNames)}`;
  return `${describeSlot(data)} for ${show(data.programs)}, published in ${was}`;
}

function describeSlot({ trade_date: date, start_time: start, verdict }: Data): string {
  const since = verdict === "late" ? ", known since" : "";
  return `dispatched for ${show(date)} (${show(start)}${since})`;
}

function describeMove(data: Data, groupNames: GroupNames): string {
  const from = toList(data.from_market_group_ids);
  const to = toList(data.to_market_group_ids);
  const what =
    to.length === 0
      ? `leaves ${showGroups(from, groupNames)}${describeReason(data.reason)}`
      : from.length === 0
        ? `joins ${showGroups(to, groupNames)}`
        : `moves from ${showGroups(from, groupNames)} to ${showGroups(to, groupNames)}`;
  const program = data.program == null ? "" : `${show(data.program)}: `;
  return `${program}${what}`;
}

function describeReason(reason: unknown): string {
  if (reason === undefined) return "";
  return reason === "missing" ? " (missing at Leap)" : ` (${show(reason).replaceAll("_", " ")})`;
}

function describeLead(hours: unknown): string {
  if (typeof hours !== "number") return "";
  const whole = Math.round(Math.abs(hours));
  return hours < 0 ? `, begun ${whole} h ago` : `, ${whole} h ahead`;
}

function describeGroupUpdate(data: Data): string {
  const before = toObject(data.before);
  const after = toObject(data.after);
  const added = toList(data.added_meter_ids).length;
  const removed = toList(data.removed_meter_ids).length;
  const part = Number(data.parts ?? 1) > 1 ? `, part ${show(data.part)} of ${show(data.parts)}` : "";
  const counts = `${show(before.member_count)} → ${show(after.member_count)} members`;
  return `${counts} (+${added} −${removed}) ${describeDays(data)}, version ${show(after.version)}${part}`;
}

/** The trade dates of a change, both ends included. */
export function describeDays(data: Data): string {
  const from = show(data.effective_from);
  if (data.effective_to == null) return `from ${from} on`;
  return data.effective_to === data.effective_from
    ? `on ${from} only`
    : `${from} to ${show(data.effective_to)}`;
}

function showGroups(ids: readonly unknown[], groupNames: GroupNames): string {
  return ids.map((id) => nameGroup(String(id), groupNames.get(String(id)) ?? null)).join(" and ");
}

/** A group by its name; ids are long and only their beginning is ever compared by eye. */
export function nameGroup(id: string, name: string | null): string {
  return name ?? (id.length > 12 ? `${id.slice(0, 8)}…` : id);
}

function show(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(show).join(" and ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function toObject(value: unknown): Data {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Data) : {};
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
