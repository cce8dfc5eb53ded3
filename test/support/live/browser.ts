/** The part of a browser that a login needs: it follows redirects and keeps cookies, by origin. */

export interface Page {
  readonly status: number
  readonly url: string
  readonly body: string
  /** Every URL on the way, the last one included. */
  readonly way: readonly string[]
}

export interface Browser {
  /** Opens a page as a person does, and follows where it leads. */
  open(url: string): Promise<Page>
  /** What it would send to the origin. */
  cookies(origin: string): ReadonlyMap<string, string>
}

const MAX_REDIRECTS = 15

export function createBrowser(): Browser {
  const jars = new Map<string, Map<string, string>>()
  const jarOf = (origin: string): Map<string, string> => {
    const jar = jars.get(origin) ?? new Map<string, string>()
    jars.set(origin, jar)
    return jar
  }
  return {
    cookies: jarOf,
    async open(url) {
      const way: string[] = []
      for (let next = url; way.length <= MAX_REDIRECTS;) {
        way.push(next)
        const { origin } = new URL(next)
        const jar = jarOf(origin)
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
        const response = await fetch(next, {
          redirect: 'manual',
          headers: {
            Accept: 'text/html,*/*;q=0.8',
            'Sec-Fetch-Mode': 'navigate',
            ...(cookie === '' ? {} : { Cookie: cookie }),
          },
        })
        for (const line of response.headers.getSetCookie()) keep(jar, line)
        const location = response.headers.get('location')
        if (location === null || response.status < 300 || response.status > 399)
          return { status: response.status, url: next, body: await response.text(), way }
        next = new URL(location, next).href
      }
      throw new Error(`too many redirects: ${way.join(' ')}`)
    },
  }
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const equals = pair.indexOf('=')
  const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
  const expires = attributes.find((one) => /^expires=/i.test(one))?.slice('expires='.length)
  const isOver = expires !== undefined && Date.parse(expires) < Date.now()
  if (isOver || value === '') jar.delete(name)
  else jar.set(name, value)
}
