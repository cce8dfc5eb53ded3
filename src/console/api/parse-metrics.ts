/** Reads the Prometheus text of `/metrics`, as far as the console shows it. */

export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface MetricFamily {
  readonly name: string
  /** What it means. */
  readonly help: string
  readonly samples: readonly MetricSample[]
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

/**
 * The wanted families that are there, in the wanted order.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseMetrics(text: string, wanted: readonly string[]): readonly MetricFamily[] {
  const helps = new Map<string, string>()
  const samples = new Map<string, MetricSample[]>(wanted.map((name) => [name, []]))
  for (const line of text.split('\n')) {
    const [, helped = '', help = ''] = /^# HELP (\S+) (.*)$/.exec(line) ?? []
    if (helped !== '') helps.set(helped, unescape(help))
    if (line.startsWith('#')) continue
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
    samples.get(name)?.push({ labels: readLabels(labels), value: Number(value) })
  }
  return [...samples]
    .filter(([, found]) => found.length > 0)
    .map(([name, found]) => ({ name, help: helps.get(name) ?? '', samples: found }))
}

const readLabels = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, unescape(value)]))

const unescape = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
