import { toInvocation } from "../../src/cli/invocation.ts";
import { withNotice } from "../../src/cli/noticing.ts";
import { openOutput } from "../../src/cli/output.ts";
import { openStop } from "../../src/cli/stop.ts";
import { toSurroundings } from "../../src/cli/surroundings.ts";

// A job that does not come to an end when it is told to: nothing it waits for comes, and it knows no signal.
const surroundings = toSurroundings(process);
const invocation = toInvocation(surroundings, openOutput(surroundings.stdout), {});
openStop("stopped");
await withNotice(invocation, await invocation.loadConfig(), "sync", () => {
  process.stdout.write("begun\n");
  return new Promise(() => setInterval(() => undefined, 1000));
});
