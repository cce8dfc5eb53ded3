/**
 * The library as an embedder has it: compiled, installed with nothing but its declared dependencies, and run by
 * Node.js. The programs are the examples of README.md.
 */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }

const ROOT = join(import.meta.dir, '../..')
const NODE = Bun.which('node')
const COMPILE_TIMEOUT_MS = 60_000
let project = ''

beforeAll(async () => {
  if (NODE !== null) project = await installLibrary()
}, COMPILE_TIMEOUT_MS)
afterAll(async () => {
  if (project !== '') await rm(project, { recursive: true, force: true })
})

describe.skipIf(NODE === null)('the library on Node.js', () => {
  it('judges a request by the example of README.md', async () => {
    const [example = ''] = await blocksOf('js')
    const before = `globalThis.fetch = () => Promise.reject(new Error('closed'))
const request = new Request('https://api.example.com/orders/42')\n`
    const { code, stdout, stderr } = await runProgram(`${before}${example}`)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^401 token_missing [0-9A-Z]{26}\n$/)
  })

  it('accepts a token of `warder/testing` by the example of README.md', async () => {
    const [, example = ''] = await blocksOf('js')
    expect(await runProgram(example)).toEqual({ code: 0, stdout: 'allow orders-read\n', stderr: '' })
  })

  it('throws an error with a code for an invalid configuration', async () => {
    const program = `import { createAuthorizer, WarderError } from 'warder'
await createAuthorizer({ text: 'version: 1\\nisuers: []\\n' }).catch((fault) => {
  console.log(fault instanceof WarderError, fault.code)
})`
    expect((await runProgram(program)).stdout).toBe('true ERR_CONFIG_UNKNOWN_KEY\n')
  })
  for (const algorithm of ['ES256K', 'Ed448'])
    it(`verifies ${algorithm}, which Bun does not have, as Wycheproof's vectors ask`, async () => {
      const { code, stdout, stderr } = await runProgram(verifyVectors(algorithm))
      expect([code, stderr]).toEqual([0, ''])
      const { wrong, accepted, refused } = JSON.parse(stdout)
      expect(wrong).toEqual([])
      expect(Math.min(accepted, refused)).toBeGreaterThan(0)
    })
})

/** A program that verifies the vectors of an algorithm with keys that it imports as JWKs. */
const verifyVectors = (algorithm: string): string => `import { readFileSync } from 'node:fs'
import { importJwk } from './node_modules/warder/dist/lib/keys/import/import-jwk.js'
const { groups } = JSON.parse(readFileSync('${ROOT}/test/vectors/wycheproof-primitives.json', 'utf8'))
const bytes = (text) => Buffer.from(text, 'base64url')
const found = { wrong: [], accepted: 0, refused: 0 }
for (const { key, tests } of groups.filter(({ alg }) => alg === '${algorithm}')) {
  const imported = importJwk(key, ['${algorithm}'])
  const verify = imported.ok ? imported.value.verifiers.get('${algorithm}') : undefined
  for (const [id, result, comment, message, signature] of tests) {
    const isAccepted = verify?.(bytes(message), bytes(signature)) === true
    if (isAccepted !== (result === 'valid')) found.wrong.push(id + ' ' + comment)
    found[isAccepted ? 'accepted' : 'refused']++
  }
}
console.log(JSON.stringify(found))
`

/** A directory with `warder` and its dependencies in node_modules, and the warder.yaml of README.md. */
async function installLibrary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'warder-library-'))
  const modules = join(directory, 'node_modules')
  const library = join(modules, 'warder')
  await mkdir(library, { recursive: true })
  await cp(join(ROOT, 'package.json'), join(library, 'package.json'))
  const compiled = await run(
    [`${ROOT}/node_modules/.bin/tsc`, '-p', 'tsconfig.build.json', '--outDir', join(library, 'dist/lib')],
    ROOT,
  )
  if (compiled.code !== 0) throw new Error(compiled.stdout)
  for (const name of Object.keys(packageJson.dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(join(ROOT, 'node_modules', name), join(modules, name))
  }
  const [config = ''] = await blocksOf('yaml')
  await writeFile(join(directory, 'warder.yaml'), config)
  return directory
}

/** The fenced blocks of a language in README.md, indented or not. */
async function blocksOf(language: string): Promise<readonly string[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const blocks = readme.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, 'gms'))
  return [...blocks].map(([, indent = '', block = '']) =>
    block.replaceAll(`\n${indent}`, '\n').slice(indent.length),
  )
}

async function runProgram(text: string): Promise<Ended> {
  await writeFile(join(project, 'program.mjs'), text)
  return run([NODE ?? 'node', 'program.mjs'], project)
}

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function run(command: readonly string[], cwd: string): Promise<Ended> {
  const child = Bun.spawn([...command], { cwd, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, stdout, stderr }
}
