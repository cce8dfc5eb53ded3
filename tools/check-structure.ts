/** Rejects imports against the room table, arrows upward, circles of files, and names that two files export. */
import { checkLayers } from './check-layers.ts'
import { findSharedNames } from './exported-names.ts'
import { findCircles } from './import-circles.ts'
import { FLOORS, LEAVES } from './layer-table.ts'
import { checkRoomPage, findAbsentPaths } from './room-page.ts'
import { findUpwardEdges } from './upward-edges.ts'

async function readFiles(root: string, pattern: string): Promise<ReadonlyMap<string, string>> {
  const paths = [...new Bun.Glob(pattern).scanSync(root)].toSorted()
  const texts = await Promise.all(paths.map((path) => Bun.file(`${root}/${path}`).text()))
  return new Map(paths.map((path, index) => [path, texts[index] ?? '']))
}

const root = `${import.meta.dir}/..`
const everything = await readFiles(root, '{src,test,tools,bench}/**/*.{ts,tsx,mjs}')
const page = await Bun.file(`${root}/ARCHITECTURE.md`).text()
const docs = [...new Bun.Glob('docs/**/*.md').scanSync(root)]
const source = new Map([...everything].filter(([path]) => path.startsWith('src/')))

const faults = [
  ...checkLayers(source),
  ...findUpwardEdges(FLOORS, LEAVES).map(
    (edge) => `the room table has an arrow that does not lead down: ${edge}`,
  ),
  ...checkRoomPage(page, FLOORS).map((row) => `ARCHITECTURE.md, table of rooms: ${row}`),
  ...findAbsentPaths(page, [...everything.keys(), ...docs]).map(
    (path) => `ARCHITECTURE.md names no file: ${path}`,
  ),
  ...findCircles(everything).map((circle) => `files import each other, types included: ${circle.join(', ')}`),
  ...[...findSharedNames(source)].map(
    ([name, files]) => `\`${name}\` is exported by several files: ${files.join(', ')}`,
  ),
]
for (const fault of faults) console.log(fault)
process.exit(faults.length === 0 ? 0 : 1)
