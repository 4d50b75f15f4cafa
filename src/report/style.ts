import { createHash } from "node:crypto";

/** The style of every bulletin: A4, black on white, systems' own fonts. */
export const STYLE = `
@page { size: A4; margin: 12mm }
* { box-sizing: border-box }
html { font: 9.5pt/1.4 "Noto Sans", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", Arial, sans-serif; color: #000; background: #fff }
body { margin: 0 auto; width: 186mm }
.page { display: flex; flex-direction: column; width: 186mm; height: 272mm; break-after: page; overflow: hidden }
.page:last-child { break-after: auto }
.page > main { flex: 1; min-height: 0 }
header { border-bottom: 1.5pt solid #000; padding-bottom: 1mm; margin-bottom: 2mm }
footer { border-top: .5pt solid #000; padding-top: 1mm; margin-top: 2mm; font-size: 7.5pt; display: flex; gap: 6mm; justify-content: space-between }
footer span:last-child { white-space: nowrap }
h1 { font-size: 14pt; line-height: 1.25; margin: 0 0 1mm; overflow-wrap: anywhere }
h2 { font-size: 10.5pt; margin: 3mm 0 1mm }
p { margin: 1mm 0 }
.facts { display: flex; flex-wrap: wrap; gap: 0 6mm; margin: 0; font-size: 8pt }
.facts div { display: flex; gap: 1.5mm }
.facts dt { font-weight: bold }
.facts dd { margin: 0; overflow-wrap: anywhere }
.banner { border: 1.5pt solid #000; padding: 1mm 2mm; font-weight: bold; text-align: center }
table { border-collapse: collapse; width: 100%; font-size: 8pt; line-height: 1.25; font-variant-numeric: tabular-nums }
caption { text-align: start; font-size: 7.5pt; color: #333; padding: 0 0 .5mm }
th, td { border-bottom: .4pt solid #888; padding: .5mm 1.2mm; text-align: end; vertical-align: top }
th { font-weight: bold }
thead th { border-bottom: 1pt solid #000 }
th:first-child, td:first-child, .words { text-align: start }
.words, td:first-child { overflow-wrap: anywhere }
td.weight, th.weight { text-align: start; white-space: nowrap }
.codes { font-size: 7pt; overflow-wrap: anywhere }
.two { columns: 2; column-gap: 6mm }
.two table { break-inside: avoid }
ul { margin: 1mm 0; padding-inline-start: 5mm }
.chart { display: block; width: 180mm; height: auto; margin: 1mm 0 }
.chart text { font-size: 10px; fill: #000 }
.chart .axis { font-size: 10px; fill: #333 }
.chart .end { text-anchor: end }
.chart .middle, .chart .cell { text-anchor: middle }
.grid { stroke: #ccc; stroke-width: .6 }
.base { stroke: #000; stroke-width: 1 }
.band { fill: #ddd; stroke: #777; stroke-width: .6; stroke-dasharray: 2 2 }
.line { fill: none; stroke: #000; stroke-width: 1.6 }
.dashed { fill: none; stroke: #000; stroke-width: 1.2; stroke-dasharray: 5 3 }
.installed { stroke: #000; stroke-width: 1.4; stroke-dasharray: 1 3; stroke-linecap: round }
.dot { fill: #000 }
.hollow { fill: #fff; stroke: #000; stroke-width: 1.2 }
.shade0 { fill: #fff; stroke: #999; stroke-width: .5 }
.shade1 { fill: #e2e2e2; stroke: #999; stroke-width: .5 }
.shade2 { fill: #b8b8b8; stroke: #999; stroke-width: .5 }
.shade3 { fill: #6a6a6a; stroke: #999; stroke-width: .5 }
.shade4 { fill: #1c1c1c; stroke: #999; stroke-width: .5 }
.chart .light { fill: #fff }
@media print { * { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
@media screen { body { padding: 6mm 0 } .page { margin-bottom: 8mm } }
`;

const hash = createHash("sha256").update(STYLE).digest("base64");

/** Nothing but this style: no script, no request, no frame. */
export const CONTENT_POLICY = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
