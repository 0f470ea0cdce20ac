import { h, type JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import type { ReportFacts } from "../reader/index.ts";
import { ActionSection } from "./action-section.ts";
import { decideVerdict, freshMsDefault, type Verdict } from "./decide-verdict.ts";
import { EnrollmentSection } from "./enrollment-section.ts";
import { Foreign, proseLengthMax } from "./foreign-text.ts";
import { GroupSection } from "./group-section.ts";
import { Instant } from "./instant.ts";
import { RemapSection } from "./remap-section.ts";
import { RunSection } from "./run-section.ts";
import { StandingSection } from "./standing-section.ts";
import { styleSheet } from "./style-sheet.ts";

/** Nothing is fetched and nothing is run: all there is, is in the file. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * The whole report as one HTML document without anything beside it. The same facts give the same text.
 * `freshMs`: as old the last sweep may be where all is well.
 */
export function toReportHtml(facts: ReportFacts, freshMs = freshMsDefault): string {
  return `<!doctype html>\n${renderToString(h(Page, { facts, freshMs }))}\n`;
}

type Section = {
  readonly id: string;
  readonly link: string;
  readonly question: string;
  readonly body: JSX.Element;
};

function Page({ facts, freshMs }: { facts: ReportFacts; freshMs: number }): JSX.Element {
  const verdict = decideVerdict(facts, freshMs);
  const sections = toSections(facts);
  return h(
    "html",
    { lang: "en" },
    h(Head, { title: toTitle(facts) }),
    h(
      "body",
      null,
      h("a", { class: "skip", href: "#report" }, "Skip to the report"),
      h(Header, { facts, verdict }),
      h(
        "nav",
        { "aria-label": "Sections" },
        h(
          "ul",
          null,
          sections.map(({ id, link }) => h("li", null, h("a", { href: `#${id}` }, link))),
        ),
      ),
      h("main", { id: "report", tabindex: -1 }, sections.map(toSection)),
      h(
        "footer",
        null,
        h(
          "p",
          null,
          "All instants are UTC; trade dates are days of the region's own zone. Made by meter-sync.",
        ),
      ),
    ),
  );
}

function Head({ title }: { title: string }): JSX.Element {
  return h(
    "head",
    null,
    h("meta", { charset: "utf-8" }),
    h("meta", { "http-equiv": "Content-Security-Policy", content: policy }),
    h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    h("meta", { name: "color-scheme", content: "light dark" }),
    h("meta", { name: "referrer", content: "no-referrer" }),
    h("meta", { name: "robots", content: "noindex, nofollow" }),
    h("title", null, title),
    h("link", { rel: "icon", href: "data:," }),
    h("style", { dangerouslySetInnerHTML: { __html: styleSheet } }),
  );
}

function toTitle({ generated_at }: ReportFacts): string {
  return `Meters and market groups, ${generated_at.slice(0, 10)}`;
}

function Header({ facts, verdict }: { facts: ReportFacts; verdict: Verdict }): JSX.Element {
  const account = facts.status.info?.account ?? null;
  return h(
    "header",
    null,
    h("h1", null, "Meters and market groups"),
    h(
      "p",
      { class: "origin" },
      account === null ? null : [h(Foreign, { text: account }), " · "],
      "as of ",
      h(Instant, { at: facts.generated_at }),
    ),
    h(VerdictPanel, { verdict }),
  );
}

const verdictSigns: Readonly<Record<Verdict["state"], string>> = { good: "✓", nothing: "–", person: "!" };

function VerdictPanel({ verdict: { state, line, concerns } }: { verdict: Verdict }): JSX.Element {
  const items = concerns.map(({ sentence, quote, command }) =>
    h(
      "li",
      null,
      sentence,
      quote === null ? null : h("q", null, h(Foreign, { text: quote, max: proseLengthMax })),
      h("span", { class: "look" }, "Look at ", h("code", null, command)),
    ),
  );
  return h(
    "div",
    { class: `verdict ${state}` },
    h(
      "p",
      null,
      h("span", { class: "sign", "aria-hidden": "true" }, verdictSigns[state]),
      h("strong", null, line),
    ),
    items.length === 0 ? null : h("ul", null, items),
  );
}

function toSections(facts: ReportFacts): readonly Section[] {
  const { enrollment, actions, groups, remaps, runs, generated_at: now } = facts;
  return [
    { id: "things", link: "Standing", question: "How do things stand?", body: h(StandingSection, { facts }) },
    {
      id: "enrollment",
      link: "Enrollment",
      question: "Which meters are enrolled, and what moved?",
      body: h(EnrollmentSection, { enrollment }),
    },
    {
      id: "needs",
      link: "Actions",
      question: "Which meters need action?",
      body: h(ActionSection, { actions, now }),
    },
    {
      id: "groups",
      link: "Groups",
      question: "How many meters are in each market group?",
      body: h(GroupSection, { groups }),
    },
    {
      id: "remaps",
      link: "Remaps",
      question: "Which meters change groups?",
      body: h(RemapSection, { remaps, isAcknowledged: facts.acknowledged_by.length > 0 }),
    },
    { id: "runs", link: "Runs", question: "How did the last runs go?", body: h(RunSection, { runs }) },
  ];
}

function toSection({ id, question, body }: Section): JSX.Element {
  return h(
    "section",
    { id, "aria-labelledby": `${id}-question` },
    h("h2", { id: `${id}-question` }, question),
    body,
  );
}
