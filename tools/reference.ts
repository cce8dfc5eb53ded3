/**
 * Writes the tables of docs/config.md from the definitions of the settings. A table stands between
 * `<!-- settings: PATH -->` and `<!-- end -->`, where PATH leads through the file's own words, such as
 * `issuers.keys`; `from WORD` and `until WORD` take a part of a section.
 */
import { ROOT } from '../src/settings/definition.ts'
import { withoutList, type Kind, type Setting, type Shape } from '../src/settings/kinds/kind.ts'
import { defaultText } from '../src/settings/kinds/section.ts'

const MARKED = /^<!-- settings: (\S+?)(?: from (\S+))?(?: until (\S+))? -->\n[^]*?^<!-- end -->$/gm

/** The page with every table as the definitions have it. */
export const withTables = (page: string): string =>
  page.replaceAll(MARKED, (_, path: string, from?: string, until?: string) => {
    const range = `${from === undefined ? '' : ` from ${from}`}${until === undefined ? '' : ` until ${until}`}`
    const rows = Object.entries(shapeAt(path))
    const words = rows.map(([word]) => word)
    const start = from === undefined ? 0 : words.indexOf(from)
    const end = until === undefined ? rows.length : words.indexOf(until)
    if (start < 0 || end < 0) throw new Error(`no such word in ${path}:${range}`)
    const table = ['| key | type | default | |', '|---|---|---|---|', ...rows.slice(start, end).map(toRow)]
    return `<!-- settings: ${path}${range} -->\n${table.join('\n')}\n<!-- end -->`
  })

function shapeAt(path: string): Shape {
  let kind: Kind = ROOT
  for (const word of path === 'top' ? [] : path.split('.')) {
    const member = kind.member?.(word)
    if (member === undefined) throw new Error(`no setting ${word} in ${path}`)
    kind = withoutList(member)
  }
  if (kind.shape === undefined) throw new Error(`${path} is not a map with words of its own`)
  return kind.shape
}

const toRow = ([word, setting]: readonly [string, Setting]): string =>
  `| \`${word}\` | ${setting.kind.type} | ${defaultOf(setting)} | ${setting.doc} |`

function defaultOf(setting: Setting): string {
  if (setting.absent !== undefined) return setting.absent
  if (setting.presence === 'required') return 'required'
  const text = defaultText(setting)
  if (text === undefined) return setting.presence === 'default' ? '' : 'none'
  return text === 'none' ? text : `\`${text}\``
}

if (import.meta.main) {
  const path = new URL('../docs/config.md', import.meta.url)
  await Bun.write(path, withTables(await Bun.file(path).text()))
}
