/**
 * The report: one HTML file for people.
 *
 * Takes: facts as values, as the reader gives them. Gives: the text of one self-contained HTML document.
 * Never: asks the database, the network or the clock; lets text from outside become markup.
 */
export { freshMsDefault } from "./decide-verdict.ts";
export { toReportHtml } from "./to-report-html.ts";
