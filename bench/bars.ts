/** A chart of horizontal bars as SVG: plain shapes and text, readable on light and on dark pages. */

export interface Bar {
  readonly label: string
  readonly value: number
  /** Default `plain`. `missing`: no bar, only the words. */
  readonly kind?: 'own' | 'plain' | 'hit' | 'miss' | 'missing'
}

export interface Chart {
  readonly title: string
  /** Where the value 1 is marked, and how it is named there. */
  readonly one: string
  readonly bars: readonly Bar[]
}

const WIDTH = 820
const LABEL_WIDTH = 330
const VALUE_WIDTH = 70
const PLOT_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH
const ROW_HEIGHT = 24
const BAR_HEIGHT = 14
const GAP = 8
/** About, for the size of the text. */
const LETTER_WIDTH = 9
const TOP = 56
/** A longer bar is cut, and its number says how long it is: one outlier must not flatten all others. */
const LONGEST = 5

/** The text of the SVG file. */
export function drawBars({ title, one, bars }: Chart): string {
  const longest = Math.max(1.25, ...bars.map(({ value }) => Math.min(value || 0, LONGEST)))
  const scale = PLOT_WIDTH / longest
  const height = TOP + bars.length * ROW_HEIGHT + 12
  const lineX = LABEL_WIDTH + scale
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(title)}">
<style>${STYLE}</style>
<text class="title" x="0" y="18">${escapeXml(title)}</text>
<text class="one" x="${lineX.toFixed(1)}" y="42" text-anchor="middle">${escapeXml(one)}</text>
${bars.map((bar, index) => drawBar(bar, TOP + index * ROW_HEIGHT, scale)).join('\n')}
<line class="one" x1="${lineX.toFixed(1)}" x2="${lineX.toFixed(1)}" y1="${TOP - 8}" y2="${height - 8}"/>
</svg>
`
}

function drawBar({ label, value, kind = 'plain' }: Bar, top: number, scale: number): string {
  const middle = top + ROW_HEIGHT / 2
  const baseline = middle + 4
  const words = kind === 'missing' ? 'not measured' : `${value.toFixed(2)}${value > LONGEST ? ' …' : ''}`
  const width = kind === 'missing' ? 0 : Math.max(1, Math.min(value, LONGEST) * scale)
  // No number stands on the line.
  const isBeforeLine = width < scale && width + words.length * LETTER_WIDTH + GAP > scale
  const wordsX = LABEL_WIDTH + (isBeforeLine ? scale : width) + GAP
  return [
    `<text class="label" x="${LABEL_WIDTH - GAP}" y="${baseline}" text-anchor="end">${escapeXml(label)}</text>`,
    `<rect class="${kind}" x="${LABEL_WIDTH}" y="${middle - BAR_HEIGHT / 2}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `<text x="${wordsX.toFixed(1)}" y="${baseline}">${words}</text>`,
  ].join('')
}

// Blue and orange differ for colour-blind readers too. The text colours have contrast on white and, by the second
// block, on the dark grey of dark pages.
const STYLE = `
text{font:13px system-ui,sans-serif;fill:#24292f}
.title{font-size:15px;font-weight:600}
text.one,.label{fill:#57606a}
line.one{stroke:#57606a;stroke-dasharray:4 3}
.own,.hit{fill:#2f81f7}.miss{fill:#db6d28}.plain{fill:#8c959f}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}text.one,.label{fill:#9da7b3}line.one{stroke:#9da7b3}}
`.replaceAll('\n', '')

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
