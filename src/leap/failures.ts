import { Failure, type FailureFields } from "../failure/index.ts";

type FailureOptions = { readonly cause?: unknown; readonly fields?: FailureFields };

/** Leap knows us and says no: the key, the account or the host is wrong, and trying again will not help. */
export class LeapRefused extends Failure {
  constructor(message: string, options: FailureOptions = {}) {
    super("refused", message, options);
  }
}

/** No usable answer came, however often we asked: the network, the host or Leap is down or overloaded. */
export class LeapUnreachable extends Failure {
  constructor(message: string, options: FailureOptions = {}) {
    super("environment", message, options);
  }
}

/** Leap answered, in a way we cannot accept; a person has to look. */
export class LeapContractBroken extends Failure {
  constructor(message: string, options: FailureOptions = {}) {
    super("contract", message, options);
  }
}

/**
 * The page token is not, or no longer, accepted: it has expired. What it belongs to is read from its first
 * page again, and only if that does not help either does the run end like this.
 */
export class LeapTokenRefused extends Failure {
  constructor(message: string, options: FailureOptions = {}) {
    super("contract", message, options);
  }
}
