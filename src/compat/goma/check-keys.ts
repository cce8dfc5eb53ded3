/** Every key of a document that Warder knows by name and does not take over. */
import type { LocatedProblem } from '../../settings/problem.ts'
import { checkErrorPages } from './error-pages.ts'
import { checkKeys } from './noted-keys.ts'
import {
  BACKEND_NOTES,
  ENTRY_POINT_NOTES,
  FORWARDS_NOTES,
  GATEWAY_NOTES,
  PROXY_NOTES,
  ROUTE_NOTES,
  ROUTE_TLS_NOTES,
  PROVIDER_ALONE_NOTES,
  PROVIDER_NOTES,
  SECURITY_NOTES,
  SECURITY_TLS_NOTES,
  TLS_NOTES,
  TOP_NOTES,
} from './notes.ts'
import type { GomaConfig } from './schema.ts'

export function checkAllKeys(config: GomaConfig): readonly LocatedProblem[] {
  const { gateway } = config
  return [
    ...checkKeys(config, [], TOP_NOTES),
    ...checkKeys(gateway, ['gateway'], GATEWAY_NOTES),
    ...checkProviders(gateway),
    ...checkKeys(gateway.entryPoints ?? {}, ['gateway', 'entryPoints'], ENTRY_POINT_NOTES),
    ...(['web', 'webSecure'] as const).flatMap((name) =>
      checkKeys(gateway.entryPoints?.[name] ?? {}, ['gateway', 'entryPoints', name], FORWARDS_NOTES),
    ),
    ...checkKeys(gateway.tls ?? {}, ['gateway', 'tls'], TLS_NOTES),
    ...(gateway.proxy?.enabled === false
      ? []
      : checkKeys(gateway.proxy ?? {}, ['gateway', 'proxy'], PROXY_NOTES)),
    ...(gateway.routes ?? []).flatMap((route, i) => {
      const path = ['gateway', 'routes', i]
      return [
        ...checkKeys(route, path, ROUTE_NOTES),
        ...checkErrorPages(route.errorInterceptor, [...path, 'errorInterceptor']),
        ...checkKeys(route.security ?? {}, [...path, 'security'], SECURITY_NOTES),
        ...checkKeys(route.tls ?? {}, [...path, 'tls'], ROUTE_TLS_NOTES),
        ...checkKeys(route.security?.tls ?? {}, [...path, 'security', 'tls'], SECURITY_TLS_NOTES),
        ...(route.backends ?? []).flatMap((backend, j) =>
          !('url' in backend) ? checkKeys({ ...backend }, [...path, 'backends', j], BACKEND_NOTES) : [],
        ),
      ]
    }),
  ]
}

/**
 * Routes that come from elsewhere take paths, and guards, away from those that are written here: without them a path
 * could reach an open route of this file. Where there is none, everything is denied anyway.
 */
const checkProviders = (gateway: GomaConfig['gateway']): readonly LocatedProblem[] =>
  checkKeys(gateway, ['gateway'], (gateway.routes ?? []).length > 0 ? PROVIDER_NOTES : PROVIDER_ALONE_NOTES)
