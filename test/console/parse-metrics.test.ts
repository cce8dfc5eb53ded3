import { describe, expect, it } from 'bun:test'
import { parseMetrics } from '../../src/console/api/parse-metrics.ts'

const TEXT = `# HELP a_total What \\\\ it
# TYPE a_total counter
a_total{route="r\\"1\\n",reason=""} 12
a_total 1.5e3 1700000000000
# HELP b Other
b 7
a_total_bucket{le="+Inf"} 9
`

describe('the text of /metrics', () => {
  it('is read: names, labels, values and help', () => {
    expect(parseMetrics(TEXT, ['b', 'a_total', 'absent'])).toEqual([
      { name: 'b', help: 'Other', samples: [{ labels: {}, value: 7 }] },
      {
        name: 'a_total',
        help: 'What \\ it',
        samples: [
          { labels: { route: 'r"1\n', reason: '' }, value: 12 },
          { labels: {}, value: 1_500 },
        ],
      },
    ])
  })

  it('may be anything', () => {
    expect(parseMetrics('<html>\n{}\na_total{\na_total{} \n', ['a_total'])).toEqual([])
  })
})
