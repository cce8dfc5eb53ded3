/** What is known about the site when the probes begin. */
import type { AskedField, AskedRequest } from '../asking/asked-request.ts'
import { plainTarget, type Target } from '../asking/target.ts'
import type { ProbeExchange } from '../judging/arrival.ts'
import { WITH_ECHO, WITH_REASONS } from '../judging/finding.ts'
import type { ConfigFacts } from './config-facts.ts'
import type { ClientOf } from './decided-client.ts'
import type { ProxyName } from './proxy-name.ts'

export interface ProbedSite {
  readonly target: Target
  readonly proxy: ProxyName | undefined
  readonly config: ConfigFacts | undefined
  /** The operator's; undefined if none was given. */
  readonly token: string | undefined
  /** The plain request without a token. */
  readonly bare: ProbeExchange
  /** The same with the token; undefined without one. */
  readonly allowed: ProbeExchange | undefined
  /** A path that exists nowhere, without a token. */
  readonly nowhere: ProbeExchange
  /** Whether the application is `warder echo`. */
  readonly hasEcho: boolean
  /** Set if the running Warder may be asked. */
  readonly clientOf?: ClientOf | undefined
  /** Part of every planted value, so that it is found wherever it arrives. */
  readonly planted: string
}

/** Whether the plain request passes without a token. */
export const isOpen = ({ bare }: ProbedSite): boolean => bare.arrival.kind === 'arrived'

/** Whether the token is accepted for the plain request. */
export const acceptsToken = ({ allowed }: ProbedSite): boolean => allowed?.arrival.kind === 'arrived'

/** Whether any request can be sent that reaches the application as it should. */
export const canPass = (site: ProbedSite): boolean => acceptsToken(site) || isOpen(site)

/** What makes an answer clear: the reason of a denial where denials have none, else the echo. */
export const whatMakesExact = ({ bare }: ProbedSite): string =>
  bare.arrival.kind === 'denied' ? WITH_ECHO : WITH_REASONS

/** The plain request, changed. */
export const askFor = (
  site: ProbedSite,
  label: string,
  change: Partial<AskedRequest> = {},
): AskedRequest => ({
  label,
  method: 'GET',
  target: plainTarget(site.target),
  fields: [],
  ...change,
})

/** The request with this token where the route looks for it. */
export function withToken(site: ProbedSite, request: AskedRequest, token: string): AskedRequest {
  const { fields, query } = placeToken(site, token)
  // Another target may be the point of the probe: a parameter goes behind it.
  const parameter = query.slice(site.target.query.length).replace(/^&/, '')
  const separator = request.target.includes('?') ? '&' : '?'
  const target = parameter === '' ? request.target : `${request.target}${separator}${parameter}`
  return { ...request, target, fields: [...request.fields, ...fields] }
}

/** The request as it passes: with the token if one is accepted, and without on an open path. */
export const passing = (site: ProbedSite, request: AskedRequest): AskedRequest =>
  site.token !== undefined && acceptsToken(site) ? withToken(site, request, site.token) : request

/** The fields that carry this token. */
export const tokenFields = (site: ProbedSite, token: string): readonly AskedField[] =>
  placeToken(site, token).fields

function placeToken({ config, target }: ProbedSite, token: string): ReturnType<ConfigFacts['placeToken']> {
  const { host, path, query } = target
  if (config === undefined) return { fields: [['Authorization', `Bearer ${token}`]], query }
  return config.placeToken({ method: 'GET', host, path, query }, token)
}
