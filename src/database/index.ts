/**
 * One SQLite file: opened, migrated, written in transactions, locked.
 *
 * Takes: a path. Gives: a connection with kept statements; failures that say what to do.
 * Never: knows a table; imports another room but `failure`.
 */
export { loadCompanion, saveCompanion } from "./companion.ts";
export { copyDatabase, openScratchDatabase } from "./copy.ts";
export { toDatabaseFailure } from "./database-failure.ts";
export { makeFolder } from "./folder.ts";
export { acquireLock, type Lock, toLockPath } from "./lock.ts";
export { applicationId, type Database, openDatabase, openDatabaseReadOnly } from "./open.ts";
export { inTransaction } from "./transaction.ts";
