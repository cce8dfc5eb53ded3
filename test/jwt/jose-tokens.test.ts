import { exportJWK, generateKeyPair, generateSecret, SignJWT } from 'jose'
import type { Algorithm } from '../../src/syntax/algorithms.ts'
import { describeForeignTokens, kidOf, type ForeignToken, type Minted } from '../support/foreign-tokens.ts'
import { SUPPORTED } from '../support/vectors.ts'

/** jose 6 has neither. */
const NOT_IN_JOSE: readonly Algorithm[] = ['ES256K', 'Ed448']

async function mint(tokens: readonly ForeignToken[]): Promise<Minted> {
  const keys = new Map<
    Algorithm,
    { readonly jwk: Minted['keys'][number]; readonly key: CryptoKey | Uint8Array }
  >()
  for (const algorithm of new Set(tokens.map((token) => token.algorithm))) {
    const options = { extractable: true }
    const { publicKey, privateKey } = algorithm.startsWith('HS')
      ? await generateSecret(algorithm, options).then((key) => ({ publicKey: key, privateKey: key }))
      : await generateKeyPair(algorithm, options)
    const jwk = { ...(await exportJWK(publicKey)), kid: kidOf(algorithm), alg: algorithm, use: 'sig' }
    keys.set(algorithm, { jwk, key: privateKey })
  }
  const minted = tokens.map(({ algorithm, header, claims }) => {
    const key = keys.get(algorithm)?.key
    if (key === undefined) throw new Error(`no key for ${algorithm}`)
    return new SignJWT(claims).setProtectedHeader({ ...header, alg: algorithm }).sign(key)
  })
  return { keys: [...keys.values()].map(({ jwk }) => jwk), tokens: await Promise.all(minted) }
}

describeForeignTokens(
  'jose',
  SUPPORTED.filter((name) => !NOT_IN_JOSE.includes(name)),
  mint,
)
