/** A listener that answers as the admin API would, or as a hostile or an old one. */

export interface FakeAnswer {
  readonly status?: number
  /** JSON, or text. */
  readonly body: unknown
}

export interface FakeAdmin {
  readonly url: string
  /** By method and path: `GET /v1/status`; anything else is 404. */
  readonly answers: Map<string, FakeAnswer | ((body: string, url: URL) => FakeAnswer | Promise<FakeAnswer>)>
  /** What was asked, in order: `GET /v1/status?a=b`. */
  readonly asked: string[]
  /** `Authorization` of the last request. */
  readonly authorization: () => string | null
  stop(): Promise<void>
}

export const adminError = (
  status: number,
  code: string,
  message: string,
  hints: string[] = [],
): FakeAnswer => ({
  status,
  body: { schema: 'warder.error/v1', code, message, hints },
})

export function createFakeAdmin(): FakeAdmin {
  const answers: FakeAdmin['answers'] = new Map()
  const asked: string[] = []
  let authorization: string | null = null
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const url = new URL(request.url)
      asked.push(`${request.method} ${url.pathname}${url.search}`)
      authorization = request.headers.get('authorization')
      const found = answers.get(`${request.method} ${url.pathname}`)
      const { status = 200, body } =
        found === undefined
          ? adminError(404, 'ERR_ADMIN_PATH', 'no such path')
          : typeof found === 'function'
            ? await found(await request.text(), url)
            : found
      return typeof body === 'string' ? new Response(body, { status }) : Response.json(body, { status })
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    answers,
    asked,
    authorization: () => authorization,
    stop: () => server.stop(true),
  }
}
