import { describe, expect, it } from 'bun:test'
import type { PasswordSecret } from '../../src/settings/basic-auth/definition.ts'
import { parseHtpasswd } from '../../src/config/start-checks/htpasswd.ts'
import { parsePasswordHash } from '../../src/syntax/password-hash.ts'
import { verifyPassword } from '../../src/gateway/judges/passwords/verify-password.ts'

const BCRYPT = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
const SALT_AND_DIGEST = '$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
const argon2 = (parameters: string): string => `$argon2id$v=19$${parameters}${SALT_AND_DIGEST}`
const LONG = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

describe('a password hash', () => {
  // crypt_blowfish's own vectors, the argon2 reference implementation's, Apache's documents', and htpasswd 2.4.
  const RIGHT: readonly (readonly [hash: string, password: string, kind: string])[] = [
    [BCRYPT, 'U*U', 'bcrypt'],
    [BCRYPT.replace('2a', '2y'), 'U*U', 'bcrypt'],
    [BCRYPT.replace('2a', '2b'), 'U*U', 'bcrypt'],
    ['$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK', 'U*U*', 'bcrypt'],
    ['$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a', 'U*U*U', 'bcrypt'],
    ['$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui', `${LONG}chars after 72`, 'bcrypt'],
    ['$2y$04$ofjLigJxMLPMYE7o3jjupeVjAVudNiuw4pjoRXZtk0PDbrDUKy7kO', 'grüße:7', 'bcrypt'],
    [argon2('m=65536,t=2,p=1'), 'password', 'argon2'],
    [
      '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc',
      'password',
      'argon2',
    ],
    [
      '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
      'password',
      'argon2',
    ],
    ['$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/', 'myPassword', 'apr1'],
    ['$apr1$YVf27d3y$p4zOqR42B0jsQqM6fOELb/', 'grüße:7', 'apr1'],
    ['{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=', 'myPassword', 'sha1'],
    ['{SHA}7DGOe2L15mJ3ClpeK7BXb8sJHsY=', 'grüße:7', 'sha1'],
  ]
  for (const [hash, password, kind] of RIGHT) {
    it(`${hash.slice(0, 34)} is known as ${kind}, and fits its password alone`, async () => {
      const parsed = parsePasswordHash(hash)
      expect(parsed).toEqual({ ok: true, value: { kind, text: hash } } as never)
      if (!parsed.ok) return
      expect(await verifyPassword(parsed.value, password)).toBe(true)
      for (const wrong of [`x${password.slice(1)}`, password.slice(0, -20), '', hash])
        expect(await verifyPassword(parsed.value, wrong)).toBe(false)
    })
  }

  const REFUSED: readonly (readonly [what: string, hash: string])[] = [
    ['a plain password', 'secret'],
    ['nothing', ''],
    ['bcrypt with a cost of 16', BCRYPT.replace('05', '16')],
    ['bcrypt with a cost of 3', BCRYPT.replace('05', '03')],
    ['bcrypt that is too short', BCRYPT.slice(0, -1)],
    ['bcrypt with something behind it', `${BCRYPT}x`],
    ['bcrypt with bits that no byte takes', BCRYPT.replace('C.E5', 'CCE5')],
    ['the broken variant $2x$', BCRYPT.replace('2a', '2x')],
    ['argon2d, which tells by its time', argon2('m=65536,t=2,p=1').replace('2id', '2d')],
    ['argon2 of another version', argon2('m=65536,t=2,p=1').replace('v=19', 'v=16')],
    ['argon2 with more than 256 MiB', argon2('m=262145,t=1,p=1')],
    ['argon2 with too many passes', argon2('m=262144,t=9,p=1')],
    ['argon2 without passes', argon2('m=65536,t=0,p=1')],
    ['argon2 without lanes', argon2('m=65536,t=2,p=0')],
    ['argon2 with too many lanes', argon2('m=65536,t=2,p=17')],
    ['argon2 with too little memory for its lanes', argon2('m=15,t=2,p=2')],
    ['argon2 with bits that no byte takes', argon2('m=64,t=2,p=1').replace('HQ$', 'HR$')],
    ['DES crypt', '.04wmgT9jV/Wg'],
    ['SHA-256 crypt', '$5$QrEZHl/A5pMtVLHm$npPaqCFQDMOO33grX7xEOxFsnyJlnIUYEbKNQtqg053'],
    ['MD5 crypt', '$1$r31.....$HqJZimcKQFAMYayBlzkrA/'],
    ['SHA-1 that is too short', '{SHA}VBPuJHI7uixaa6LQGWx4s+5GKN='],
  ]
  for (const [what, hash] of REFUSED) {
    it(`is not ${what}`, () => {
      const parsed = parsePasswordHash(hash)
      expect(parsed.ok).toBe(false)
      if (!parsed.ok && hash !== '') expect(parsed.error).not.toContain(hash)
    })
  }

  it('that cannot be verified after all is a wrong one', async () => {
    const broken: PasswordSecret = { kind: 'bcrypt', text: '$2b$04$bad' }
    expect(await verifyPassword(broken, 'x')).toBe(false)
  })

  it('is not needed if the password itself is there', async () => {
    const secret: PasswordSecret = { kind: 'plain', text: '$2a$ grüße' }
    expect(await verifyPassword(secret, '$2a$ grüße')).toBe(true)
    for (const wrong of ['', '$2a$ grüß', '$2a$ GRÜSSE'])
      expect(await verifyPassword(secret, wrong)).toBe(false)
  })
})

describe('an htpasswd file', () => {
  const parse = (text: string): ReturnType<typeof parseHtpasswd> =>
    parseHtpasswd(new TextEncoder().encode(text))
  const SHA = '{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE='

  it('has users, comments, empty lines, both line ends, and remarks behind a second colon', () => {
    const read = parse(`# users\n\nalice:${BCRYPT}\r\n  \nbób:${BCRYPT}:since 2020`)
    expect(read.users.map(({ name }) => name)).toEqual(['alice', 'bób'])
    expect(read.users[1]?.secret).toEqual({ kind: 'bcrypt', text: BCRYPT })
    expect([...read.errors, ...read.warnings]).toEqual([])
  })

  const REMARKS: readonly (readonly [what: string, text: string, errors: number[], warnings: number[]])[] = [
    ['a weak hash', `a:${BCRYPT}\nb:${SHA}\nc:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/\n`, [], [2, 3]],
    ['a plain password', `a:${BCRYPT}\nb:hunter2\n`, [2], []],
    ['a line without a colon', `a:${BCRYPT}\n\nhunter2\n`, [3], []],
    ['a line without a name', `:${BCRYPT}\n`, [1], []],
    ['a name twice', `a:${BCRYPT}\nb:${BCRYPT}\na:${BCRYPT}\n`, [3], []],
    ['white space before a name', ` a:${BCRYPT}\n`, [1], []],
    ['a control character in a name', `a\u0001:${BCRYPT}\n`, [1], []],
    ['a carriage return in a name', `a\rb:${BCRYPT}\n`, [1], []],
    ['a name that is too long', `${'a'.repeat(256)}:${BCRYPT}\n`, [1], []],
    ['a user without a hash', 'a:\n', [1], []],
    ['no users', '# none\n', [], [0]],
    ['more than a mebibyte', `a:${BCRYPT}\n`.repeat(20_000), [0], []],
  ]
  for (const [what, text, errors, warnings] of REMARKS) {
    it(`with ${what} is reported with its line, and without the password`, () => {
      const read = parse(text)
      expect(read.errors.map(({ line }) => line)).toEqual(errors)
      expect(read.warnings.map(({ line }) => line)).toEqual(warnings)
      expect(JSON.stringify([read.errors, read.warnings])).not.toMatch(/hunter2|\$2a|SHA/)
    })
  }

  it('that is not UTF-8 is refused', () => {
    expect(parseHtpasswd(Buffer.from([0x61, 0xff, 0x3a])).errors.map(({ line }) => line)).toEqual([0])
  })
})
