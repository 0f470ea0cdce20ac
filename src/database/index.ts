/**
 * One SQLite file: opened, migrated, written in transactions, locked.
 *
 * Takes: a path. Gives: a connection with kept statements; failures that say what to do.
 * Never: knows a table; imports another room but `failure`.
 */
export { loadCompanion, saveCompanion } from "./companion.ts";
export { copyDatabase, openScratchDatabase } from "./copy.ts";
export { toDatabaseFailure } from "./database-failure.ts";
export { copyTables, type ExportMark, isExport, loadExportMark, type TableCopy } from "./export-file.ts";
export {
  decideNetworkFileSystem,
  type FileSystemFacts,
  type FileSystemOptions,
  findNetworkFileSystem,
  toNetworkRefusal,
} from "./file-system.ts";
export { makeFolder } from "./folder.ts";
export { applicationId } from "./header.ts";
export {
  type FileSizes,
  isEmpty,
  loadIntegrity,
  loadJournalMode,
  loadSizes,
  saveCheckpoint,
} from "./health.ts";
export { acquireLock, type Lock, toLockPath } from "./lock.ts";
export { type Database, openDatabase, openDatabaseReadOnly } from "./open.ts";
export { type Placed, placeFile } from "./place-file.ts";
export { findTextObstacle, loadBeginning, placeText, replaceText } from "./place-text.ts";
export { inTransaction } from "./transaction.ts";
