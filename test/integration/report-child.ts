import { placeText } from "../../src/database/index.ts";

/** A process of its own that writes two texts by turns until it is killed: `database target head letters`. */
const [, , databasePath = "", target = "", head = "", letters = ""] = process.argv;
const options = { what: "report", isOurs: () => true, mode: 0o644, databasePath, taken: [] };
process.stdout.write("up\n");
for (let round = 0; ; round += 1) {
  const filling = (letters[round % letters.length] ?? "").repeat(400_000 * (1 + (round % 2)));
  placeText(target, options, () => `${head}${filling}</html>\n`);
}
