/** Where things stand and how large they are; colours come by the names of their roles. */
export const layout = `
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem clamp(1rem, 4vw, 2.5rem) 3rem; max-width: 66rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1, h2, h3, p, ul, dl, dd, figure { margin: 0; }
h1 { font-size: clamp(1.6rem, 1.2rem + 2vw, 2.25rem); line-height: 1.15; letter-spacing: -0.02em; }
h2 { font-size: clamp(1.25rem, 1.1rem + 0.8vw, 1.6rem); line-height: 1.25; letter-spacing: -0.01em; }
h3 { font-size: 1.05rem; line-height: 1.35; }
a { color: var(--link); }
code { font: 0.875em ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -100rem; padding: 0.5rem 1rem; background: var(--paper); }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 1; }
.unseen {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}

.origin { margin-top: 0.4rem; color: var(--ink-soft); }
.verdict { margin-top: 1.5rem; padding: 1rem 1.25rem; border-left: 6px solid var(--line-strong);
  border-radius: 4px; background: var(--panel); }
.verdict > p { display: flex; gap: 0.75rem; align-items: baseline; font-size: 1.15rem; line-height: 1.4; }
.verdict .sign { flex: none; width: 1.6rem; height: 1.6rem; border-radius: 50%; text-align: center;
  line-height: 1.6rem; font-weight: 700; background: var(--line-strong); color: var(--paper); }
.verdict.good { border-color: var(--good); background: var(--good-panel); }
.verdict.good .sign { background: var(--good); }
.verdict.person { border-color: var(--alarm); background: var(--alarm-panel); }
.verdict.person .sign { background: var(--alarm); }
.verdict ul { margin-top: 0.75rem; padding-left: 2.35rem; list-style: none; }
.verdict li + li { margin-top: 0.75rem; }
.verdict q { display: block; margin-top: 0.1rem; color: var(--ink-soft); }
.look { display: block; color: var(--ink-soft); }

nav { margin: 1.75rem 0 0; border-block: 1px solid var(--line); }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.5rem; padding: 0; list-style: none; }
nav a { display: inline-block; padding: 0.65rem 0; text-decoration: none; font-weight: 600; }
nav a:hover { text-decoration: underline; text-underline-offset: 0.25em; }

section { margin-top: 3.5rem; }
section h2 { margin-bottom: 1.25rem; }
section h3 { margin-top: 2rem; }
section h3 + dl, section h3 + .table, section h3 + div { margin-top: 0.75rem; }
.empty, .since, .more { color: var(--ink-soft); }
.since { margin-top: 2.5rem; }
.more { margin-top: 0.5rem; font-size: 0.9rem; }
.none { color: var(--ink-soft); }
.long { overflow-wrap: anywhere; }
td .long, th .long { display: inline-block; min-width: 9rem; }
time, .due { white-space: nowrap; }
.tiles time { white-space: normal; }

.tiles { display: grid; grid-template-columns: repeat(2, 1fr); gap: 1px;
  border: 1px solid var(--line); border-radius: 6px; overflow: hidden; background: var(--line); }
.tiles > div { padding: 0.85rem 1rem; background: var(--paper); }
.tiles dt { color: var(--ink-soft); font-size: 0.875rem; }
.tiles b { display: block; font-size: 1.35rem; line-height: 1.3; letter-spacing: -0.01em; }
.tiles small { color: var(--ink-soft); font-size: 0.8125rem; }
@media (min-width: 32rem) { .tiles { grid-template-columns: repeat(3, 1fr); } }
@media (min-width: 62rem) { .tiles { grid-template-columns: 1.35fr repeat(5, 1fr); } }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
  gap: 0.75rem 1.5rem; }
.pairs dt { color: var(--ink-soft); font-size: 0.875rem; }
.pairs dd { overflow-wrap: anywhere; }
.held { margin-top: 2rem; padding: 0.25rem 1.25rem 1.25rem; border: 2px solid var(--alarm);
  border-radius: 6px; }
.held h3 { margin-top: 1rem; }
.held .table, .held > p { margin-top: 1rem; }

figure { margin-top: 2.5rem; }
section > div > figure:first-child { margin-top: 0; }
figcaption h3 { margin-top: 0; }
figcaption p { margin-top: 0.25rem; max-width: 48rem; color: var(--ink-soft); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 0.75rem; padding: 0;
  list-style: none; font-size: 0.9rem; }
.legend li { display: flex; flex-wrap: wrap; gap: 0.25rem 0.45rem; align-items: center; min-width: 0; }
.legend span { overflow-wrap: anywhere; min-width: 0; }
.swatch { flex: none; width: 0.85rem; height: 0.85rem; border-radius: 2px; forced-color-adjust: none; }
.k1 { background: var(--c1); } .k2 { background: var(--c2); } .k3 { background: var(--c3); }
.k4 { background: var(--c4); } .k5 { background: var(--c5); } .k6 { background: var(--c6); }
svg { display: block; width: 100%; height: auto; margin-top: 1rem; }
svg.narrow { display: none; max-width: 30rem; }
@media screen and (max-width: 44rem) {
  svg.wide { display: none; }
  svg.narrow { display: block; }
}

details { margin-top: 0.75rem; }
summary { display: inline-block; padding: 0.35rem 0; color: var(--link); font-weight: 600; cursor: pointer; }
summary::before { content: "+ "; font-family: ui-monospace, monospace; }
details[open] > summary::before { content: "− "; }
summary:hover { text-decoration: underline; text-underline-offset: 0.25em; }
.table { margin-top: 0.75rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; line-height: 1.45; }
caption { padding: 0.6rem 0.75rem; text-align: left; font-weight: 600; }
th, td { padding: 0.4rem 0.75rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { background: var(--panel); vertical-align: bottom; }
tbody th { font-weight: 400; }
td code, tbody th code { font-size: 0.8125rem; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
.prose { min-width: 14rem; overflow-wrap: anywhere; }
.rise, .fall { color: var(--ink-soft); }
.mark { padding: 0 0.4em; border: 1px solid currentColor; border-radius: 3px; font-size: 0.8em; }
.mark.past { color: var(--alarm); }

footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--ink-soft);
  font-size: 0.875rem; }
`;
