const shown = { isSecret: false } as const;
const secret = { isSecret: true, default: null } as const;

/** Volue's Energy Coordination API, in the order a reader meets it. */
export const volueVariables = [
  {
    name: "VOLUE_BASE_URL",
    help: "Volue's API; the sandbox is https://api.sandbox.voluespark.com/energy-coordination/v1",
    accepts: "an https URL without query or credentials; plain http to loopback only",
    default: "https://api.voluespark.com/energy-coordination/v1",
    ...shown,
  },
  {
    name: "VOLUE_TOKEN_URL",
    help: "Where a token for Volue's API is asked for",
    accepts: "an https URL without query or credentials; plain http to loopback only",
    default: "https://auth.identity.volue.com/connect/token",
    ...shown,
  },
  {
    name: "VOLUE_CLIENT_ID",
    help: "The client that Volue gave you",
    accepts: "a client id of printable ASCII characters without spaces around it",
    ...secret,
  },
  {
    name: "VOLUE_CLIENT_SECRET",
    help: "Its secret",
    accepts: "a secret without line breaks, at most 1024 characters",
    ...secret,
  },
  {
    name: "VOLUE_SCOPE",
    help: "The scope to ask for, where Volue named one",
    accepts: "names of printable ASCII characters with single spaces between them, at most 500 characters",
    default: null,
    ...shown,
  },
  {
    name: "VOLUE_ACKNOWLEDGEMENT_TYPES",
    help: "How acknowledgements are named: as in Volue's swagger, or as in its guide (…LPCAcknowledged)",
    accepts: "acknowledgement or acknowledged",
    default: "acknowledgement",
    ...shown,
  },
] as const;
