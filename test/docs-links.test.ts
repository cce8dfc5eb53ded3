/** The links of the pages: each leads to a file that is there, and to a heading or an anchor in it. */
import { expect, it } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Glob } from 'bun'

const ROOT = resolve(import.meta.dir, '..')
const PAGES = ['*.md', 'docs/**/*.md', 'examples/**/*.md', 'bench/*.md'].flatMap((pattern) => [
  ...new Glob(pattern).scanSync(ROOT),
])

/** Fenced blocks have no links and no headings. */
const textOf = (path: string): string => readFileSync(path, 'utf8').replace(/^```.*?^```/gms, '')

/** As GitHub makes them: lower case, without punctuation, hyphens for spaces; a repeated one is numbered. */
function anchorsOf(path: string): ReadonlySet<string> {
  const text = textOf(path)
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id))
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+)$/gm)) {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim()
    const anchor = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let free = anchor
    for (let number = 1; anchors.has(free); number++) free = `${anchor}-${number}`
    anchors.add(free)
  }
  return anchors
}

function faultOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? resolve(ROOT, page) : resolve(ROOT, dirname(page), path)
  if (!existsSync(target)) return `${page}: no file for ${link}`
  if (anchor !== undefined && !anchorsOf(target).has(anchor)) return `${page}: no anchor for ${link}`
  return undefined
}

const linksOf = (page: string): readonly string[] =>
  [...textOf(resolve(ROOT, page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))

it('finds the pages and their links', () => {
  expect(PAGES).toContain('README.md')
  expect(PAGES.flatMap(linksOf).length).toBeGreaterThan(200)
  expect(faultOf('README.md', 'docs/nothing.md')).toBeDefined()
  expect(faultOf('README.md', 'docs/config.md#nothing')).toBeDefined()
})

for (const page of PAGES)
  it(`${page} links to what is there`, () => {
    expect(
      linksOf(page)
        .map((link) => faultOf(page, link))
        .filter((fault) => fault !== undefined),
    ).toEqual([])
  })
