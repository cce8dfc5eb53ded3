/** Why the outcome of a case is another one behind some proxy. Each is safe: the application gets nothing wrong. */

interface Note {
  /** Absent: for every proxy. */
  readonly proxy?: string
  /** The case; a part of its title is enough. */
  readonly title: string
  readonly text: string
}

const NOTES: readonly Note[] = [
  {
    proxy: 'nginx',
    title: 'two Authorization fields',
    text: 'nginx refuses the request itself, before it asks.',
  },
  {
    proxy: 'nginx',
    title: '%00',
    text: 'nginx refuses the request itself, before it asks.',
  },
  {
    proxy: 'apache',
    title: '%00',
    text: 'Apache answers 404 itself, before it asks.',
  },
]

/** @throws Error when nobody has explained it. */
export function noteOn(proxy: string, title: string, outcome: string): string {
  const found = NOTES.find((note) => (note.proxy ?? proxy) === proxy && title.includes(note.title))
  if (found === undefined)
    throw new Error(`tools/conformance-notes.ts: why is ${proxy} ${outcome} for: ${title}`)
  return found.text
}
