import { describe, expect, it } from 'bun:test'
import { createWholeLines } from '../../../src/app/workers/whole-lines.ts'

function collect(...chunks: readonly (string | Uint8Array)[]): readonly string[] {
  const lines: string[] = []
  const take = createWholeLines((text) => lines.push(text))
  for (const chunk of chunks) take(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
  return lines
}

describe('the lines of another process', () => {
  it('are passed on whole', () => {
    expect(collect('a\nb\n')).toEqual(['a\nb\n'])
    expect(collect('a\nb', 'c\n', 'd')).toEqual(['a\n', 'bc\n'])
    expect(collect('half of a li')).toEqual([])
  })

  it('are put together in the middle of a character', () => {
    const bytes = new TextEncoder().encode('ä\n')
    expect(collect(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['ä\n'])
  })

  it('are dropped up to their end when they are too long', () => {
    const long = 'x'.repeat(600_000)
    expect(collect(long, long, '\nb\n')).toEqual(['b\n'])
    expect(collect(long, long, long, 'the rest\nb', '\n')).toEqual(['b\n'])
    expect(collect('a\n', long, long, '\n', 'b\n')).toEqual(['a\n', 'b\n'])
  })
})
