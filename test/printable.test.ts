import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createLogger } from '../src/observe/logger.ts'
import { redact } from '../src/observe/redact.ts'
import { printable, printableJson, printableOutput } from '../src/printable.ts'
import { createCleanup } from './support/live/cleanup.ts'
import { createTempDir } from './support/live/temp-dir.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** What must never reach a terminal as itself, spelled out: not by the classes that the code goes by. */
const DANGEROUS: readonly (readonly [what: string, from: number, to: number])[] = [
  ['C0 below the tab', 0x00, 0x08],
  ['C0 from the line feed on', 0x0a, 0x1f],
  ['DEL and C1', 0x7f, 0x9f],
  ['the soft hyphen', 0xad, 0xad],
  ['the Arabic letter mark', 0x61c, 0x61c],
  ['zero width and direction marks', 0x200b, 0x200f],
  ['line and paragraph separators, embeddings and overrides', 0x2028, 0x202e],
  ['invisible operators and isolates', 0x2060, 0x206f],
  ['invisible letters', 0x3164, 0x3164],
  ['lone surrogates', 0xd800, 0xdfff],
  ['variation selectors', 0xfe00, 0xfe0f],
  ['the byte order mark', 0xfeff, 0xfeff],
  ['annotations', 0xfff9, 0xfffb],
  ['tags and more variation selectors', 0xe0000, 0xe0fff],
]

const isDangerous = (codePoint: number): boolean =>
  DANGEROUS.some(([, from, to]) => codePoint >= from && codePoint <= to)

/** Letters, digits and marks of every script are shown as they are. */
const isShown = (text: string): boolean =>
  /^[\p{L}\p{N}\p{P}\p{S}\p{M}]$/u.test(text) && !/^\p{DI}$/u.test(text)

/** Every code point that there is, lone surrogates among them. */
function* codePoints(): Generator<number> {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) yield codePoint
}

describe('text of others', () => {
  it('shows no code point that a terminal obeys or a reader cannot see, and keeps its columns', () => {
    const wrong: string[] = []
    for (const codePoint of codePoints()) {
      const text = String.fromCodePoint(codePoint)
      const shown = printable(text)
      const expected = '\ufffd'.repeat(text.length)
      if (isDangerous(codePoint) ? shown !== expected : isShown(text) && shown !== text)
        wrong.push(codePoint.toString(16))
      if (isDangerous(codePoint) && redact(text) !== expected) wrong.push(`redact ${codePoint.toString(16)}`)
      if (shown !== text && shown !== expected) wrong.push(`columns ${codePoint.toString(16)}`)
    }
    expect(wrong).toEqual([])
  })

  it('is the same text in JSON, without any of them', () => {
    const wrong: string[] = []
    for (const codePoint of codePoints()) {
      const text = `a${String.fromCodePoint(codePoint)}b`
      const json = printableJson(JSON.stringify({ text }))
      if (isDangerous(codePoint) && !/^[\x20-\x7e]*$/.test(json)) wrong.push(codePoint.toString(16))
      if ((JSON.parse(json) as { text: string }).text !== text) wrong.push(`not ${codePoint.toString(16)}`)
    }
    expect(wrong).toEqual([])
  })

  it('is made safe whatever stands around it', () => {
    const unit = fc.oneof(
      fc.constantFrom(...DANGEROUS.flatMap(([, from, to]) => [from, to])),
      fc.integer({ min: 0, max: 0x10ffff }),
      fc.integer({ min: 0x20, max: 0x7e }),
    )
    const safe = (text: string): boolean => [...text].every((char) => !isDangerous(char.codePointAt(0) ?? 0))
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const text = String.fromCodePoint(...units)
        const output = printableOutput(text).replaceAll(/[\n\u001b]/g, '')
        return safe(printable(text)) && safe(redact(text)) && safe(output)
      }),
    )
  })
})

describe('the log', () => {
  it('holds none of them, whichever field they are in', async () => {
    const file = join(createTempDir(cleanup), 'log')
    const fd = openSync(file, 'w')
    cleanup.add(() => closeSync(fd))
    const logger = createLogger(fd)
    // Lone surrogates are no characters: UTF-8 cannot carry them.
    const dangerous = DANGEROUS.filter(([, from]) => from !== 0xd800).flatMap(([, from, to]) =>
      Array.from({ length: Math.min(to - from + 1, 256) }, (_, i) => String.fromCodePoint(from + i)),
    )
    const text = dangerous.join('')
    logger.warn({ detail: text, [`name${text}`]: { deep: [text] } }, text)
    expect(await logger.flush()).toBe(true)
    const written = readFileSync(file, 'utf8')
    expect(written).toMatch(/^[\x20-\x7e]*\n$/)
    expect(JSON.parse(written)).toMatchObject({ detail: text, msg: text })
  })
})
