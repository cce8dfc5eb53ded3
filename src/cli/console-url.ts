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

/**
 * Where the console is, for the start of a service. No browser opens a unix socket, but ssh brings one to it.
 *
 * @param admin Address of the admin listener.
 */
export function consoleText(admin: string, isTls: boolean): string {
  const url = consoleUrl(admin, isTls)
  if (url !== undefined) return `console on ${url}`
  const scheme = isTls ? 'https' : 'http'
  return `admin listener on ${admin} (console: ssh -L 9181:${admin.slice('unix:'.length)} HOST, then ${scheme}://127.0.0.1:9181/)`
}
