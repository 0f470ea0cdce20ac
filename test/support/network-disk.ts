/**
 * Loaded before the program, with `node --import`: to this process every file lies on NFS.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const real = fs.statfsSync;
const numberOfNfs = 0x6969;

fs.statfsSync = ((path: string, options?: { bigint?: boolean }) =>
  Object.assign(real(path, options as never), {
    type: options?.bigint === true ? BigInt(numberOfNfs) : numberOfNfs,
  })) as typeof fs.statfsSync;
syncBuiltinESMExports();
