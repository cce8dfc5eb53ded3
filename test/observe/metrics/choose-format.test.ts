import { expect, it } from 'bun:test'
import { chooseFormat } from '../../../src/observe/metrics/choose-format.ts'

const CASES: readonly (readonly [string | null, 'text' | 'openmetrics'])[] = [
  [null, 'text'],
  ['', 'text'],
  ['*/*', 'text'],
  ['text/plain', 'text'],
  ['text/plain;version=0.0.4', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text; version=1.0.0; charset=utf-8', 'openmetrics'],
  ['application/openmetrics-text;version=0.0.1', 'text'],
  ['application/openmetrics-text;version=2.0.0', 'text'],
  // Prometheus 2.42 and 3.
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4',
    'openmetrics',
  ],
  ['application/openmetrics-text;q=0.5, text/plain', 'text'],
  ['application/openmetrics-text;q=0', 'text'],
  ['application/openmetrics-text;q=nonsense', 'text'],
  ['Application/OpenMetrics-Text', 'openmetrics'],
]

for (const [accept, format] of CASES)
  it(`answers ${JSON.stringify(accept)} with ${format}`, () => expect(chooseFormat(accept)).toBe(format))
