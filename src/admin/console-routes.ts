/** The files of the console, and the headers that keep everything else away from its page. */

import { gzipSync } from 'node:zlib'
import { adminRoute, type AdminRequest, type AdminRoute } from './admin-route.ts'
import type { RouteAnswer } from './route-answer.ts'

/** The texts of the files. */
export interface ConsoleTexts {
  readonly page: string
  readonly script: string
  readonly style: string
}

/** Only its own files, and the admin API of the same origin. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** Added to those of every answer. */
const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  vary: 'accept-encoding',
} as const

/**
 * `/`, `/console.js` and `/console.css`.
 *
 * @param load Called for the first request to one of them, and once.
 */
export function consoleRoutes(load: () => Promise<ConsoleTexts>): readonly AdminRoute[] {
  let loaded: Promise<Served> | undefined
  const files = (): Promise<Served> => (loaded ??= load().then(prepareAll))
  const row = (path: string, name: keyof ConsoleTexts, contentType: string, doc: string): AdminRoute =>
    adminRoute({
      method: 'GET',
      path,
      // The files have no data. What the page asks for needs a right.
      right: 'none',
      doc,
      ignoresQuery: true,
      answers: { 200: { doc: 'The file.', contentType } },
      handle: async (request) => answerWith(contentType, (await files())[name], request),
    })
  return [
    row('/', 'page', 'text/html', 'The console, for a browser.'),
    row('/console.js', 'script', 'text/javascript', 'The script of the console.'),
    row('/console.css', 'style', 'text/css', 'The style of the console.'),
  ]
}

type Served = Readonly<Record<keyof ConsoleTexts, ServedFile>>

interface ServedFile {
  readonly plain: string
  readonly zipped: Uint8Array
}

const prepareAll = ({ page, script, style }: ConsoleTexts): Served => ({
  page: prepare(page),
  script: prepare(script),
  style: prepare(style),
})

const prepare = (text: string): ServedFile => ({ plain: text, zipped: gzipSync(text) })

const GZIP = /(?:^|[\s,])gzip(?:\s*(?:,|$|;(?!\s*q=0(?:\.0*)?\s*(?:,|$))))/i

/** Compressed, as the console is often used through a forwarded port. */
function answerWith(
  contentType: string,
  { plain, zipped }: ServedFile,
  { headers }: Pick<AdminRequest, 'headers'>,
): RouteAnswer {
  const isZipped = GZIP.test(headers.get('accept-encoding') ?? '')
  return {
    status: 200,
    contentType: `${contentType}; charset=utf-8`,
    headers: { ...HEADERS, ...(isZipped && { 'content-encoding': 'gzip' }) },
    body: isZipped ? zipped : plain,
  }
}
