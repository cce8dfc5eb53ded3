import { join } from 'node:path'
import { PIP_DIRECTORY } from '../../tools/pip-programs.ts'
import { whichProgram } from '../../tools/programs.ts'
import type { Algorithm } from '../../src/syntax/algorithms.ts'
import { describeForeignTokens, type ForeignToken, type Minted } from '../support/foreign-tokens.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { SUPPORTED } from '../support/vectors.ts'

const SCRIPT = join(import.meta.dir, '../support/live/mint_tokens.py')

/** PyJWT knows no `Ed25519`, which RFC 9864 calls what it calls `EdDSA`, and no ML-DSA. */
const isInPyJwt = (name: Algorithm): boolean => name !== 'Ed25519' && !name.startsWith('ML-DSA')

async function mint(tokens: readonly ForeignToken[]): Promise<Minted> {
  const python = Bun.spawn([whichProgram('python3'), SCRIPT], {
    stdin: new Blob([JSON.stringify(tokens)]),
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, PYTHONPATH: PIP_DIRECTORY, PYTHONDONTWRITEBYTECODE: '1' },
  })
  const [output, errors, code] = await Promise.all([
    new Response(python.stdout).text(),
    new Response(python.stderr).text(),
    python.exited,
  ])
  if (code !== 0) throw new Error(`PyJWT made no tokens:\n${errors}`)
  return JSON.parse(output) as Minted
}

liveSuite('a foreign library', ['python3', 'pyjwt'], () =>
  describeForeignTokens('PyJWT', SUPPORTED.filter(isInPyJwt), mint),
)
