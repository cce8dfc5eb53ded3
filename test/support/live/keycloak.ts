/** A real Keycloak in development mode, with one realm, and everything in memory. */
import { randomUUID } from 'node:crypto'
import type { KeycloakTokens } from '../keycloak-cases.ts'
import { startProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { freePort } from './loopback.ts'

/** It builds itself at its first start, which takes minutes on a busy machine. */
export const KEYCLOAK_START_MS = 300_000
const POLL_MS = 500

type Json = Readonly<Record<string, unknown>>

export interface Keycloak {
  readonly url: string
  /** The answer of the realm's token endpoint to a user's password. */
  login(client: string, scope?: string): Promise<Readonly<Record<string, string>>>
  /** Every kind of token that the realm issues. */
  tokens(): Promise<KeycloakTokens>
  /** Adds an RSA key that signs from now on. */
  addSigningKey(priority: number): Promise<void>
  /** Takes all RSA signing keys but the newest out of the key set. */
  disableOldKeys(): Promise<void>
}

/** Starts it and makes the realm `main`. */
export async function startKeycloak(cleanup: Cleanup): Promise<Keycloak> {
  const [port, management] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const password = randomUUID()
  const program = startProgram(
    [
      'kc.sh',
      'start-dev',
      '--db=dev-mem',
      '--http-host=127.0.0.1',
      `--http-port=${port}`,
      `--http-management-port=${management}`,
    ],
    { env: { KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: password } },
  )
  cleanup.add(() => program.stop())
  await untilItAnswers(`${url}/realms/master`, program)
  const admin = createAdmin(url, password)
  await admin('POST', '/realms', REALM)
  await giveClientRoles(admin)
  for (const [providerId, config] of Object.entries(EXTRA_KEYS)) await addKey(admin, providerId, config)
  return createKeycloak(url, admin)
}

async function untilItAnswers(url: string, program: ReturnType<typeof startProgram>): Promise<void> {
  const endMs = Date.now() + KEYCLOAK_START_MS
  let code: number | null | undefined
  void program.exited.then((exitCode) => (code = exitCode))
  for (;;) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return
    if (code !== undefined || Date.now() > endMs)
      throw new Error(`Keycloak did not start:\n${program.output()}`)
    await Bun.sleep(POLL_MS)
  }
}

type Admin = (method: string, path: string, body?: Json | readonly Json[]) => Promise<unknown>

function createAdmin(url: string, password: string): Admin {
  return async (method, path, body) => {
    const signedIn = await post(`${url}/realms/master/protocol/openid-connect/token`, {
      grant_type: 'password',
      client_id: 'admin-cli',
      username: 'admin',
      password,
    })
    const response = await fetch(`${url}/admin${path}`, {
      method,
      headers: { authorization: `Bearer ${signedIn['access_token']}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}

async function post(url: string, form: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`)
  return text === '' ? {} : (JSON.parse(text) as Record<string, string>)
}

const SERVICE_SECRET = 'secret-of-a-service-in-a-test'

const audienceMapper = (config: Json = {}): Json => ({
  name: 'audience of orders',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-audience-mapper',
  config: { 'included.custom.audience': 'api://orders', 'access.token.claim': 'true', ...config },
})

const publicClient = (clientId: string, attributes: Json = {}, mappers = [audienceMapper()]): Json => ({
  clientId,
  publicClient: true,
  directAccessGrantsEnabled: true,
  attributes,
  protocolMappers: mappers,
})

const REALM: Json = {
  realm: 'main',
  enabled: true,
  roles: { realm: [{ name: 'editor' }] },
  clients: [
    publicClient('web'),
    publicClient('plain', {}, []),
    publicClient('lightweight', { 'client.use.lightweight.access.token.enabled': 'true' }),
    publicClient('rfc9068', { 'access.token.header.type.rfc9068': 'true' }),
    publicClient('es256', { 'access.token.signed.response.alg': 'ES256' }),
    publicClient('eddsa', { 'access.token.signed.response.alg': 'EdDSA' }),
    { clientId: 'service', secret: SERVICE_SECRET, serviceAccountsEnabled: true },
    { clientId: 'orders' },
  ],
  users: [
    {
      username: 'alice',
      enabled: true,
      email: 'alice@example.com',
      firstName: 'Alice',
      lastName: 'Example',
      credentials: [{ type: 'password', value: 'alice' }],
      realmRoles: ['editor', 'default-roles-main'],
    },
  ],
}

const EXTRA_KEYS = {
  'ecdsa-generated': { ecdsaEllipticCurveKey: ['P-256'] },
  'eddsa-generated': { eddsaEllipticCurveKey: ['Ed25519'] },
}

async function addKey(admin: Admin, providerId: string, config: Json): Promise<void> {
  const component = { name: randomUUID(), providerId, providerType: 'org.keycloak.keys.KeyProvider' }
  await admin('POST', '/realms/main/components', {
    ...component,
    config: { priority: ['50'], enabled: ['true'], active: ['true'], ...config },
  })
}

interface Identified extends Json {
  readonly id: string
}

async function giveClientRoles(admin: Admin): Promise<void> {
  const { id: client } = await clientOf(admin, 'orders')
  for (const name of ['read orders', 'write'])
    await admin('POST', `/realms/main/clients/${client}/roles`, { name })
  const roles = (await admin('GET', `/realms/main/clients/${client}/roles`)) as readonly Json[]
  const [user] = (await admin('GET', '/realms/main/users?username=alice')) as readonly Identified[]
  await admin('POST', `/realms/main/users/${user?.id}/role-mappings/clients/${client}`, roles)
}

async function clientOf(admin: Admin, clientId: string): Promise<Identified> {
  const [client] = (await admin('GET', `/realms/main/clients?clientId=${clientId}`)) as readonly Identified[]
  if (client === undefined) throw new Error(`no client ${clientId}`)
  return client
}

function createKeycloak(url: string, admin: Admin): Keycloak {
  const endpoint = `${url}/realms/main/protocol/openid-connect`
  const login: Keycloak['login'] = (client, scope = 'openid') =>
    post(`${endpoint}/token`, {
      grant_type: 'password',
      client_id: client,
      username: 'alice',
      password: 'alice',
      scope,
    })
  const access = async (client: string): Promise<string> => (await login(client))['access_token'] ?? ''
  return {
    url,
    login,
    async tokens() {
      const web = await login('web')
      const service = await post(`${endpoint}/token`, {
        grant_type: 'client_credentials',
        client_id: 'service',
        client_secret: SERVICE_SECRET,
      })
      return {
        access: web['access_token'] ?? '',
        'access with typ at+jwt': await access('rfc9068'),
        'access with ES256': await access('es256'),
        'access with EdDSA': await access('eddsa'),
        'access without mapper': await access('plain'),
        'access of a service': service['access_token'] ?? '',
        'access, lightweight': await access('lightweight'),
        'ID token': web['id_token'] ?? '',
        'refresh token': web['refresh_token'] ?? '',
        'offline token': (await login('web', 'openid offline_access'))['refresh_token'] ?? '',
        'logout token': await logoutToken(admin, endpoint, await login('web')),
      }
    },
    addSigningKey: (priority) => addKey(admin, 'rsa-generated', { priority: [String(priority)] }),
    async disableOldKeys() {
      const keys = (await admin(
        'GET',
        '/realms/main/components?type=org.keycloak.keys.KeyProvider',
      )) as readonly (Identified & { readonly config: Readonly<Record<string, readonly string[]>> })[]
      const rsa = keys.filter(({ providerId }) => providerId === 'rsa-generated')
      const priorityOf = ({ config }: (typeof rsa)[number]): number => Number(config['priority']?.[0] ?? 0)
      const newest = Math.max(...rsa.map(priorityOf))
      for (const key of rsa) {
        if (priorityOf(key) === newest) continue
        const config = { ...key.config, enabled: ['false'], active: ['false'] }
        await admin('PUT', `/realms/main/components/${key.id}`, { ...key, config })
      }
    },
  }
}

/** What an application gets when the user signs out. */
async function logoutToken(
  admin: Admin,
  endpoint: string,
  session: Readonly<Record<string, string>>,
): Promise<string> {
  const received = Promise.withResolvers<string>()
  const application = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      received.resolve(new URLSearchParams(await request.text()).get('logout_token') ?? '')
      return new Response()
    },
  })
  try {
    const client = await clientOf(admin, 'web')
    const attributes = { ...(client['attributes'] as Json), 'backchannel.logout.url': application.url.href }
    await admin('PUT', `/realms/main/clients/${client.id}`, { ...client, attributes })
    await post(`${endpoint}/logout`, { client_id: 'web', refresh_token: session['refresh_token'] ?? '' })
    return await received.promise
  } finally {
    await application.stop(true)
  }
}
