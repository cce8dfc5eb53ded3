/** Configurations of Goma Gateway for tests. */

/** The middleware of Goma's own document, as it is written there: `headers` and `params` beside `rule`. */
export const DOCUMENT = `middlewares:
  - name: google-auth
    type: jwt
    # Paths to protect
    paths:
      - /protected-access
      - /example-of-jwt
      #- /* or wildcard path
    rule:
      url: https://www.example.com/auth/access
      requiredHeaders:
        - Authorization
    headers:
      userId: X-Auth-UserId
      userCountryId: X-Auth-UserCountryId
    params:
      userCountryId: countryId
`

export const SECRET = 'qwertyuiopasdfghjklzxcvbnm123456'

/** A configuration with one route `api` at `/api`. */
export const goma = (route: string, middlewares = '', gateway = ''): string => `version: 1.0
gateway:
  ${gateway === '' ? 'accessLog: ""' : gateway}
  routes:
    - name: api
      path: /api
      destination: http://svc:8080
      ${route}
${middlewares}`

/** A middleware that verifies tokens itself. */
export const localJwt = (name: string, paths: string): string => `middlewares:
  - name: ${name}
    type: jwtAuth
    paths: ${paths}
    rule: { secret: ${SECRET}, issuer: me, audience: you }
`
