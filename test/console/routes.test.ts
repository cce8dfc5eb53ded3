import { describe, expect, it } from 'bun:test'
import { countByRoute } from '../../src/console/route-counts.ts'
import { describeMatch } from '../../src/console/route-text.ts'
import { filterRows, listSettings } from '../../src/console/setting-rows.ts'

describe('routes in the console', () => {
  it('have their conditions in the order of a request', () => {
    expect(
      describeMatch({ host: ['a.example', '*.b.example'], path: ['/x/**'], method: ['GET', 'HEAD'] }),
    ).toBe('GET, HEAD a.example, *.b.example /x/**')
    expect(describeMatch({ host: [], path: [], method: [] })).toBe('every request')
  })

  it('have the decisions of all reasons and callers', () => {
    const text = [
      'warder_decisions_total{outcome="allow",reason="ok",route="read",caller="nginx"} 5',
      'warder_decisions_total{outcome="allow",reason="ok",route="read",caller="gateway"} 2',
      'warder_decisions_total{outcome="deny",reason="token_expired",route="read",caller="nginx"} 3',
      'warder_decisions_total{outcome="deny",reason="no_route",route="",caller="nginx"} 1',
    ].join('\n')
    expect(countByRoute(text)).toEqual(
      new Map([
        ['read', { allow: 7, deny: 3 }],
        ['', { allow: 0, deny: 1 }],
      ]),
    )
  })
})

describe('settings in the console', () => {
  it('have their value and where it comes from', () => {
    const place = { kind: 'file', file: 'warder.yaml', line: 4, column: 15 } as const
    expect(
      listSettings({
        config: {},
        origins: [
          { pointer: '/version', value: 1, origin: place },
          { pointer: '/cache/max', value: [1], origin: { kind: 'default' } },
          { pointer: '/issuers/0/x', value: 'a', origin: { kind: 'preset', preset: 'entra' } },
        ],
      }),
    ).toEqual([
      { pointer: '/version', value: '1', from: 'warder.yaml:4:15' },
      { pointer: '/cache/max', value: '[1]', from: 'default' },
      { pointer: '/issuers/0/x', value: '"a"', from: 'preset entra' },
    ])
  })

  it('have their value alone if the configuration is too large for their origins', () => {
    const config = { version: 1, issuers: [{ name: 'a/b~c', audience: ['x', 'y'] }], 'a/b~c': {} }
    expect(listSettings({ config })).toEqual([
      { pointer: '/version', value: '1', from: '' },
      { pointer: '/issuers/0/name', value: '"a/b~c"', from: '' },
      { pointer: '/issuers/0/audience', value: '["x","y"]', from: '' },
      { pointer: '/a~1b~0c', value: '{}', from: '' },
    ])
  })

  it('are filtered by words in any order', () => {
    const rows = ['Orders read', 'orders write', 'read']
    expect(filterRows(rows, ' read ORDERS ', (row) => row)).toEqual(['Orders read'])
    expect(filterRows(rows, ' ', (row) => row)).toBe(rows)
  })
})
