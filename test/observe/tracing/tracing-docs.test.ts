import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { Glob } from 'bun'

const ROOT = new URL('../../../', import.meta.url).pathname
const PAGE = readFileSync(`${ROOT}docs/tracing.md`, 'utf8')

/** Every name of Warder's own in the code of spans. */
const namesIn = (pattern: RegExp): ReadonlySet<string> => {
  const names = new Set<string>()
  for (const file of ['observe', 'gateway', 'app'].flatMap((room) => [
    ...new Glob(`src/${room}/**/*.ts`).scanSync(ROOT),
  ]))
    for (const [, name = ''] of readFileSync(ROOT + file, 'utf8').matchAll(pattern)) names.add(name)
  return names
}

describe('docs/tracing.md', () => {
  const attributes = namesIn(/'(warder\.[a-z_.]+)':/g)
  const spans = namesIn(/(?:open|recordOwn)\(\s*'(warder\.[a-z_.]+)'/g)

  it('finds the names', () => {
    expect(attributes.size).toBeGreaterThan(8)
    expect(spans.size).toBeGreaterThan(2)
  })
  for (const name of [...attributes, ...spans])
    it(`explains ${name}`, () => expect(PAGE).toContain(`\`${name}\``))

  it('has no other attribute or span', () => {
    const known = new Set([...attributes, ...spans, 'warder.decide'])
    for (const [, name = ''] of PAGE.matchAll(/`(warder\.[a-z_.]+)`/g)) expect(known).toContain(name)
  })
})
