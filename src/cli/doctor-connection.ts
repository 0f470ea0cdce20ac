import { connect } from "node:net";

const connectWithinMs = 2000;

/** Why nobody takes a connection there, in a word; `null` where somebody does. Nothing is sent. */
export function tryConnection(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (reason: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reason);
    };
    // Also where the name is not resolved in time.
    const timer = setTimeout(() => end(`no answer within ${connectWithinMs / 1000} s`), connectWithinMs);
    socket.once("connect", () => end(null));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

/** Where a connection to a URL goes. */
export function toAddress(text: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(text);
  const usual = protocol === "http:" ? 80 : 443;
  // The brackets of an IPv6 address belong to the URL.
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? usual : Number(port) };
}
