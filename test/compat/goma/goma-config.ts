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

/** Every key of Goma 0.2, as its documents and examples have them. */
export const SKELETON = `version: 1.0
gateway:
  tlsCertFile: ''
  tlsKeyFile: ''
  redis: { addr: redis:6379, password: p }
  writeTimeout: 15
  readTimeout: 15
  idleTimeout: 30
  rateLimit: 0
  blockCommonExploits: false
  accessLog: /dev/Stdout
  errorLog: /dev/stderr
  logLevel: info
  disableHealthCheckStatus: false
  disableRouteHealthCheckError: false
  disableDisplayRouteOnStart: false
  disableKeepAlive: false
  enableMetrics: false
  interceptErrors: [405, 500]
  cors: { origins: [https://example.com], headers: {Access-Control-Max-Age: 1728000} }
  extraRoutes: { directory: /etc/goma/extra, watch: false }
  routes:
    - name: api
      path: /api
      hosts: []
      rewrite: /
      methods: [GET, POST]
      destination: http://svc:8080
      backends: []
      insecureSkipVerify: false
      healthCheck: { path: /health, interval: 30s, timeout: 10s, healthyStatuses: [200,404] }
      cors: { origins: [], headers: {} }
      rateLimit: 60
      disableHostFording: false
      interceptErrors: [404]
      blockCommonExploits: false
      middlewares: [google-auth]
middlewares:
  - name: google-auth
    type: jwt
    paths: [/protected-access, /example-of-jwt]
    rule: { url: https://www.example.com/auth/access, requiredHeaders: [Authorization], headers: {userId: X-Auth-UserId}, params: {userCountryId: countryId} }
`
