"""The report's CSS: light and dark, tables that scroll, nothing loaded from elsewhere."""

CSS = """
:root { color-scheme: light dark; --text: #1b1f24; --soft: #57606a; --paper: #ffffff;
  --card: #f6f8fa; --line: #d0d7de; --accent: #006046; --mark: #e3f4ee; --shade: #8c959f; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8eb; --soft: #a3abb5; --paper: #14171b; --card: #1e2329;
    --line: #3a424c; --accent: #5fd0ab; --mark: #17382e; --shade: #000000; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--text);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h1:last-child { margin-bottom: 1rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .4rem; }
p, ul { max-width: 75ch; }
.about { color: var(--soft); margin: 0 0 1.25rem; max-width: none; }
.headline { border-left: 4px solid var(--accent); background: var(--card);
  padding: .9rem 1.1rem; font-size: 1.1rem; max-width: none; margin: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));
  gap: .75rem; margin: 1rem 0; }
.figures div { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .9rem; }
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.notes { color: var(--soft); font-size: .93rem; }
/* A shadow at the side where more columns are; what moves with the table covers it at the ends. */
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px;
  background: linear-gradient(to right, var(--paper) 1.5rem, transparent) local,
    linear-gradient(to left, var(--paper) 1.5rem, transparent) local,
    linear-gradient(to right, var(--shade), transparent 1rem),
    linear-gradient(to left, var(--shade), transparent 1rem); }
table { border-collapse: collapse; width: 100%; font-size: .8rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: .4rem; border-bottom: 1px solid var(--line); text-align: right; }
td, .unit, .name { white-space: nowrap; }
thead th { background: var(--card); vertical-align: bottom; font-weight: 600; }
tbody th { font-weight: 600; white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
th.text, td.text { text-align: left; }
tbody tr.chosen > * { background: var(--mark); }
tbody th { position: sticky; left: 0; background: var(--paper); }
.unit { display: block; color: var(--soft); font-weight: 400; }
.tag { display: block; color: var(--accent); font-weight: 400; font-size: .75rem; }
.plain td { white-space: normal; overflow-wrap: anywhere; }
figure { margin: 1rem 0; }
figure img { width: 100%; max-width: 68rem; height: auto; background: #ffffff;
  border: 1px solid var(--line); border-radius: 6px; padding: .5rem; }
.wide .still { overflow-x: auto; }
.wide img { min-width: 46rem; }
.live { display: none; }
@media screen {
  .alive .still { display: none; }
  .alive .live { display: block; background: #ffffff; border: 1px solid var(--line);
    border-radius: 6px; padding: .5rem; } }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr));
  gap: 1rem; align-items: start; }
.pair figure { margin: 0; }
figcaption { color: var(--soft); font-size: .93rem; max-width: 75ch; margin-top: .3rem; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .75rem 0;
  padding: .6rem .9rem; }
summary { cursor: pointer; font-weight: 600; }
details .scroll { margin-top: .6rem; }
code { font: .85rem/1.4 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  :root { color-scheme: light; --text: #000000; --soft: #444444; --paper: #ffffff;
    --card: #f4f4f4; --line: #bbbbbb; --accent: #006046; --mark: #e3f4ee; }
  html { font-size: 11px; }
  body { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 16pt; } h2 { font-size: 12pt; margin-top: 1.2rem; } h3 { font-size: 10pt; }
  h1, h2, h3 { break-after: avoid; }
  p { orphans: 3; widows: 3; }
  figure, .headline, .figures, tr { break-inside: avoid; }
  .pair { grid-template-columns: 1fr 1fr; }
  figure img { max-width: none; max-height: 150mm; object-fit: contain; padding: 0; border: 0; }
  .wide img { min-width: 0; }
  .scroll, .wide .still { overflow: visible; }
  .scroll { background: none; }
  table { font-size: 7pt; }
  th, td { padding: .15rem .3rem; }
  tbody th { position: static; }
  details:not([open]), section:not(:has(> :not(h2, details:not([open])))) { display: none; } }
"""
