import { layout } from "./style-layout.ts";

/**
 * Colours by role, for light and for dark. `--c1` to `--c6` tell series apart: they differ in lightness as
 * well as in hue, so that those who see few colours can tell them too; each has 3:1 against the paper.
 */
const light = `
  --paper: #ffffff; --panel: #f4f6f8; --ink: #16202b; --ink-soft: #4a5866; --line: #dde3e9;
  --line-strong: #8795a3; --link: #0b5aa2; --focus: #0b5aa2; --flow: #d3dfea;
  --good: #11663f; --good-panel: #eaf5ef; --alarm: #a3200d; --alarm-panel: #fdeeea;
  --c1: #0a8eec; --c2: #8c2e07; --c3: #07473a; --c4: #6b0f78; --c5: #bb8501; --c6: #6e7c87;
`;

const dark = `
  --paper: #11171d; --panel: #1a222b; --ink: #e6ebf0; --ink-soft: #a9b6c3; --line: #2b3640;
  --line-strong: #6c7b89; --link: #7cc0f8; --focus: #7cc0f8; --flow: #2c3f52;
  --good: #6fd3a0; --good-panel: #12281e; --alarm: #ff9c86; --alarm-panel: #331813;
  --c1: #4b94ea; --c2: #e0702a; --c3: #9ff0dc; --c4: #e59aeb; --c5: #f7e07a; --c6: #68737e;
`;

/** Where the reader has chosen colours of his own, these are all there are. */
const forced = `
  --paper: Canvas; --panel: Canvas; --ink: CanvasText; --ink-soft: CanvasText; --line: GrayText;
  --line-strong: CanvasText; --link: LinkText; --focus: Highlight; --flow: GrayText;
  --good: CanvasText; --good-panel: Canvas; --alarm: CanvasText; --alarm-panel: Canvas;
  --c1: LinkText; --c2: Highlight; --c3: CanvasText; --c4: VisitedText; --c5: ButtonBorder; --c6: GrayText;
`;

/** On paper it is light, everything is open and nothing is cut off. */
const print = `
  :root { color-scheme: light; font-size: 10pt; ${light} }
  body { max-width: none; padding: 0; }
  nav, .skip, summary { display: none; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  .scroll { overflow: visible; border: 0; max-height: none; }
  table { font-size: 0.72rem; }
  th, td { padding: 0.2rem 0.4rem; white-space: normal; }
  caption { padding-left: 0.4rem; }
  td code, tbody th code, td time, th time, .due {
    font-size: inherit; white-space: normal; overflow-wrap: normal;
  }
  .prose, td .long, th .long { min-width: 0; }
  .tiles { grid-template-columns: 1.35fr repeat(5, 1fr); }
  thead { display: table-header-group; }
  tr, figcaption, .legend, svg { break-inside: avoid; }
  h2, h3, figcaption, caption, .legend { break-after: avoid; }
  .swatch, svg, .verdict { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
`;

/** The whole style of the page. Nothing of it moves, and nothing of it is fetched. */
export const styleSheet: string = toCompact(`
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
${layout}
@media (forced-colors: active) { :root { ${forced} } }
@media print { ${print} }
@page { margin: 15mm; }
`);

function toCompact(css: string): string {
  return css.replace(/\s+/g, " ").trim();
}
