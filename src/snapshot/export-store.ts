import { realpathSync } from "node:fs";
import {
  copyTables,
  type Database,
  type FileSystemOptions,
  loadExportMark,
  openDatabaseReadOnly,
  placeFile,
} from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { toTableCopies } from "./export-tables.ts";

export type ExportOptions = FileSystemOptions & {
  /** Whether it may carry the documents as Leap sent them, and words that others wrote to us. */
  readonly isPersonal: boolean;
  readonly keepCount: number;
  readonly exportedAtMs: number;
};

export type Export = {
  readonly path: string;
  readonly bytes: number;
  readonly publishedAtMs: number | null;
  readonly lastSequence: number;
  readonly meterCount: number;
  readonly isPersonal: boolean;
};

/**
 * Writes what is published in the database at `databasePath` to a file of its own, for readers: in place of
 * the export that stands at `target`, which is kept as `FILE.1`. A run may be under way. Throws a `Failure`;
 * then the export that stood there still stands.
 */
export function saveExport(databasePath: string, target: string, options: ExportOptions): Export {
  const { isPersonal, keepCount, exportedAtMs } = options;
  // Refused like any other file that cannot be read.
  const database = openDatabaseReadOnly(databasePath, options);
  try {
    assertExportable(database, isPersonal);
  } finally {
    database.close();
  }
  const placing = {
    keepCount,
    keepsPersonal: isPersonal,
    mode: isPersonal ? 0o640 : 0o644,
    databasePath: realpathSync(databasePath),
  };
  let contents: Contents = { publishedAtMs: null, lastSequence: 0, meterCount: 0 };
  const placed = placeFile(target, placing, (path) => {
    copyTables(databasePath, path, toTableCopies(isPersonal), { exportedAtMs, isPersonal });
    contents = loadContents(path);
  });
  return { ...placed, ...contents, isPersonal };
}

type Contents = Pick<Export, "publishedAtMs" | "lastSequence" | "meterCount">;

function assertExportable(database: Database, isPersonal: boolean): void {
  const mark = loadExportMark(database.connection);
  if (mark === null || mark.isPersonal || !isPersonal) return;
  throw new Failure(
    "usage",
    `${database.path} is an export without personal data, so it has none to give: export the database itself`,
  );
}

function loadContents(path: string): Contents {
  const database = openDatabaseReadOnly(path);
  try {
    const row = database
      .prepare(
        `SELECT (SELECT published_at_ms FROM stream) AS published,
           (SELECT coalesce(max(last_sequence), 0) FROM stream) AS sequence,
           (SELECT count(*) FROM meter) AS meters`,
      )
      .get();
    return {
      publishedAtMs: (row?.published ?? null) as number | null,
      lastSequence: Number(row?.sequence),
      meterCount: Number(row?.meters),
    };
  } finally {
    database.close();
  }
}

/** What says whether an export still shows what a database does. */
export type ExportFace = {
  readonly streamId: string | null;
  readonly publishedAtMs: number | null;
  /** The trade dates that the views show. */
  readonly days: string;
  /** The newest change event and version of a meter: runs that changed nothing leave both as they are. */
  readonly newest: string;
  /** Null for a database. */
  readonly isPersonal: boolean | null;
};

export function loadExportFace(database: Database): ExportFace {
  const row = database
    .prepare(
      `SELECT (SELECT stream_id FROM stream) AS stream, (SELECT published_at_ms FROM stream) AS published,
         (SELECT group_concat(transmission_region || ' ' || trade_date, ',')
          FROM (SELECT * FROM horizon_day ORDER BY 1, 2)) AS days,
         (SELECT sequence FROM event WHERE type NOT LIKE 'sync.%' ORDER BY sequence DESC LIMIT 1) AS told,
         (SELECT max(head_revision_id) FROM meter) AS revision`,
    )
    .get();
  return {
    streamId: (row?.stream ?? null) as string | null,
    publishedAtMs: (row?.published ?? null) as number | null,
    days: String(row?.days ?? ""),
    newest: `${row?.told ?? 0} ${row?.revision ?? 0}`,
    isPersonal: loadExportMark(database.connection)?.isPersonal ?? null,
  };
}
