/**
 * Single HTTP requests, each within its limits (I8).
 *
 * Takes: a request, limits, a way to stop. Gives: any answer at all, read to its end, or why there was none.
 * Never: follows a redirect; repeats a request; lets an HTTP library's error out, which holds headers (I9).
 */
export {
  type HttpAnswer,
  type HttpClient,
  type HttpFault,
  type HttpLimits,
  type HttpOutcome,
  type HttpRequest,
  openHttpClient,
} from "./http-client.ts";
