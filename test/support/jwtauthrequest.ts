/** Configurations of jwtauthrequest. */

export const KEY = 'qwertyuiopasdfghjklzxcvbnm123456'

/** The example of its README, with the braces that the page lost. */
export const README = `{
  "listen-port": ":8081",
  "clients": [
    {
      "endpoints": [ "/auth" ],
      "name": "Test endpoint",
      "required-claims": [ "exp", "iss" ],
      "allowed-algo": [ "HS256" ],
      "token-name": "Authorization",
      "trim-prefix": "Bearer ",
      "audience": [ "developer" ],
      "HMAC": "qwertyuiopasdfghjklzxcvbnm123456",
      "debug": true,
      "issuer": "golang"
    }
  ]
}
`

/** Keys of a JSON object; undefined removes one. */
type Changes = Readonly<Record<string, unknown>>

/** A good client at this path. */
export const client = (path: string, changes: Changes = {}): Changes => ({
  endpoints: [path],
  'required-claims': ['exp'],
  'allowed-algo': ['HS256'],
  audience: ['developer'],
  HMAC: KEY,
  issuer: 'golang',
  ...changes,
})

/** A good configuration, with some keys of its client replaced. */
export const config = (changes: Changes, top: Changes = {}): string =>
  JSON.stringify({ 'listen-port': '127.0.0.1:8081', clients: [client('/auth', changes)], ...top }, null, 1)
