/** Where the console is. */

/**
 * @param admin Address of the admin listener: `127.0.0.1:9181`, `unix:PATH`; undefined for none.
 * @param isTls Whether it speaks HTTPS.
 * @returns Undefined if no browser reaches it.
 */
export function consoleUrl(admin: string | undefined, isTls = false): string | undefined {
  if (admin === undefined || admin.startsWith('unix:')) return undefined
  return `${isTls ? 'https' : 'http'}://${admin.replace(/^(?:\[::\]|0\.0\.0\.0)(?=:)/, 'localhost')}/`
}
