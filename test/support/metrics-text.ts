/** Reads the text of a scrape, for tests. */

/** Values by `name{labels}`, as they are written. */
export function readMetrics(text: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [sample = ''] = line.split(' # ')
    const space = sample.lastIndexOf(' ')
    const series = sample.slice(0, space)
    if (values.has(series)) throw new Error(`twice: ${series}`)
    values.set(series, Number(sample.slice(space + 1)))
  }
  return values
}

/** The sum of a metric over its series whose labels have all of these, such as `reason="ok"`. */
export function sumOf(
  metrics: ReadonlyMap<string, number>,
  name: string,
  ...labels: readonly string[]
): number {
  let sum = 0
  for (const [series, value] of metrics)
    if ((series === name || series.startsWith(`${name}{`)) && labels.every((label) => series.includes(label)))
      sum += value
  return sum
}

/** Asks the admin listener. @param admin Its URL or port. */
export async function scrape(admin: string | number, accept?: string): Promise<ReadonlyMap<string, number>> {
  return readMetrics(await scrapeText(admin, accept))
}

export async function scrapeText(admin: string | number, accept?: string): Promise<string> {
  const url = typeof admin === 'number' ? `http://127.0.0.1:${admin}` : admin
  const answer = await fetch(`${url}/metrics`, accept === undefined ? {} : { headers: { accept } })
  if (answer.status !== 200) throw new Error(`/metrics: ${answer.status} ${await answer.text()}`)
  return answer.text()
}
