/** What stands beside a database: how far its events may have been given to any sink, and of which stream. */
export type ToldMark = {
  readonly streamId: string;
  /** The highest sequence that any sink may have got. */
  readonly sequence: number;
  /** That event's id; null where the outbox did not have it any more. */
  readonly id: string | null;
  /** Random, made with the stream id: the file says the same. */
  readonly mark: string;
};

/** What the file itself says. */
export type StreamFile = {
  readonly streamId: string;
  /** What the mark beside it must say; null before the first one. */
  readonly mark: string | null;
  readonly lastSequence: number;
  /** The id of the file's event at the mark's sequence; null where it has none. */
  readonly idAtMark: string | null;
};

/**
 * `unmarked`: nothing was ever told. `same`: the database that told. `unconfirmed`: the same, and what was
 * to note the mark in the file did not come to it. `copy`: another file stands in its place.
 */
export type StreamVerdict =
  | { readonly kind: "unmarked" | "same" | "unconfirmed" }
  | { readonly kind: "copy"; readonly because: string };

/** Whether a file is the database whose events were told, or a copy that would tell sequences again. */
export function decideStream(told: ToldMark | null, file: StreamFile): StreamVerdict {
  if (told === null) {
    return file.mark === null ? { kind: "unmarked" } : copy("the mark that stood beside it is gone");
  }
  if (told.streamId !== file.streamId) return copy("the mark beside it is of another stream");
  // Of one stream, told from two files.
  if (file.mark !== null && told.mark !== file.mark) return copy("the mark beside it is of another file");
  if (told.sequence > file.lastSequence) {
    return copy(`events up to ${told.sequence} may have been told, and it ends at ${file.lastSequence}`);
  }
  // An event that the outbox has no more proves nothing.
  if (file.idAtMark !== null && told.id !== null && file.idAtMark !== told.id) {
    return copy(`event ${told.sequence} was told with another id than it has here`);
  }
  return { kind: file.mark === null ? "unconfirmed" : "same" };
}

function copy(because: string): StreamVerdict {
  return { kind: "copy", because };
}

/** The mark as it stands on the disk. */
export function toMarkText({ streamId, sequence, id, mark }: ToldMark): string {
  return `${JSON.stringify({ stream_id: streamId, sequence, id, mark })}\n`;
}

/** Null for a text that is not a mark of ours. */
export function parseToldMark(text: string): ToldMark | null {
  try {
    const said = JSON.parse(text) as Record<string, unknown> | null;
    const { stream_id: streamId, sequence, id, mark } = said ?? {};
    if (!isText(streamId) || !isText(mark) || !(id === null || isText(id))) return null;
    if (typeof sequence !== "number" || !Number.isSafeInteger(sequence) || sequence < 0) return null;
    return { streamId, sequence, id, mark };
  } catch {
    return null;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
