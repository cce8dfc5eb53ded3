/** Paths that applications read in different ways, and what they make of them. */
import fc from 'fast-check'
import { posix } from 'node:path'

const PARTS = [
  'a',
  'b',
  'admin',
  '/',
  '/',
  '/',
  '%2F',
  '%2f',
  ';',
  ';v=1',
  '%3B',
  '//',
  '.',
  '..',
  '%2e',
  '%E9',
  '%FF',
]
const MORE = [
  '%C3%A9',
  '%C3',
  '%C0%AE',
  '%C0%AF',
  '%5C',
  '%25',
  '%252F',
  '%20',
  'A',
  '%41',
  'é',
  '\\',
  '%',
  '%0A',
  '?',
]

/** Raw paths of which many have several readings. */
export const rawPaths: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...PARTS) },
      { weight: 1, arbitrary: fc.constantFrom(...MORE) },
    ),
    { maxLength: 9 },
  )
  .map((parts) => `/${parts.join('')}`)

type Reader = (raw: string) => string | undefined

const decoded: Reader = (raw) => {
  try {
    return decodeURIComponent(raw)
  } catch {
    return undefined
  }
}
const then =
  (first: Reader, next: Reader): Reader =>
  (raw) => {
    const path = first(raw)
    return path === undefined ? undefined : next(path)
  }
const parsed: Reader = (raw) =>
  URL.canParse(raw, 'http://a.example') ? new URL(raw, 'http://a.example').pathname : undefined
const merged: Reader = (path) => path.replaceAll(/\/+/g, '/')
const withoutParameters: Reader = (path) => path.replaceAll(/;[^/]*/g, '')
const latin1: Reader = (raw) =>
  raw.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    new TextDecoder('latin1').decode(Uint8Array.of(Number.parseInt(hex, 16))),
  )

/** What applications make of a raw path; undefined where they refuse it. Each may be the only one in front of a door. */
export const appReaders: Readonly<Record<string, Reader>> = {
  'an application that decodes': decoded,
  'the URL class, decoded': then(parsed, decoded),
  'nginx, which decodes, merges slashes and resolves dots': then(then(decoded, merged), (path) =>
    posix.normalize(path),
  ),
  'Tomcat, which takes parameters away first': then(then(withoutParameters, decoded), (path) =>
    posix.normalize(path),
  ),
  'an application that decodes and takes parameters away': then(decoded, withoutParameters),
  'a file server': then(decoded, (path) => posix.normalize(path)),
  'an application of one byte a character': latin1,
  'one of one byte a character that takes parameters away': then(latin1, withoutParameters),
}
