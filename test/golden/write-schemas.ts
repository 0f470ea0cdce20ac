// Writes `schemas/` anew from the zod definitions: `npm run schemas`.
import { mkdirSync, writeFileSync } from "node:fs";
import { toSchemaFiles } from "../../src/events/index.ts";

const folder = new URL("../../schemas/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of toSchemaFiles()) writeFileSync(new URL(name, folder), text);
