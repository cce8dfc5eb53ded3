/** The configuration of `warder dev`: two policies over one throw-away issuer. */

/** Audience of the example. */
export const DEV_AUDIENCE = 'api://orders'

/** @param issuer URL of the built-in issuer. @param decisions and @param admin listen addresses. */
export const devConfig = (issuer: string, decisions: string, admin: string): string => `version: 1
issuers:
  - name: dev
    issuer: ${issuer}
    audience: ${DEV_AUDIENCE}
    keys: { jwks_url: ${issuer}/jwks, allow_http: true }
policies:
  orders-read:
    scope: orders:read
    identity: { X-Auth-Subject: sub, X-Auth-Scope: scope }
  orders-write:
    scope: orders:write
    identity: { X-Auth-Subject: sub, X-Auth-Scope: scope }
routes:
  - { name: health, match: { path: /healthz }, access: public }
  - { name: read, match: { host: api.example.com, path: /orders/**, method: [GET, HEAD] }, policy: orders-read }
  - { name: write, match: { host: api.example.com, path: /orders/** }, policy: orders-write }
listen: { decisions: "${decisions}", admin: "${admin}" }
drain: 0s
`
