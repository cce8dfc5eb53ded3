/** Parts of the settings with the paths by which `positionOfSetting` knows them. */
import type { BasicAuthSettings } from '../settings/basic-auth/definition.ts'
import type { KeySettings, OneKeySource } from '../settings/keys/key-source.ts'
import type { RouteSettings } from '../settings/route/definition.ts'
import { judgesOf } from '../settings/route/judges.ts'

export interface PlacedKeySource {
  readonly keys: OneKeySource
  readonly setting: string
}

/** The key sources of one issuer, by its place among the issuers. */
export const keySourcesOf = (keys: KeySettings, index: number): readonly PlacedKeySource[] =>
  keys.kind === 'several'
    ? keys.sources.map((one, part) => ({ keys: one, setting: `issuers/${index}/keys/${part}` }))
    : [{ keys, setting: `issuers/${index}/keys` }]

/** Every key source of every issuer. */
export const allKeySourcesOf = (
  issuers: readonly { readonly keys: KeySettings }[],
): readonly PlacedKeySource[] => issuers.flatMap(({ keys }, index) => keySourcesOf(keys, index))

/** Every `basic_auth` of every route. Most of thousands of routes have none, and make nothing here. */
export function* placedBasicAuthsOf(
  routes: readonly Pick<RouteSettings, 'access'>[],
): Generator<{ readonly basicAuth: BasicAuthSettings; readonly setting: string }, void> {
  let i = -1
  for (const { access } of routes) {
    i++
    if (access.kind !== 'basic_auth' && access.kind !== 'all_of') continue
    for (const [j, judge] of judgesOf(access).entries()) {
      const setting = access.kind === 'all_of' ? `routes/${i}/all_of/${j}` : `routes/${i}`
      if (judge.kind === 'basic_auth') yield { basicAuth: judge.basicAuth, setting }
    }
  }
}

/** A listener of the gateway; a single one is written without a list. */
export const listenerSetting = (listeners: readonly unknown[], i: number): string =>
  listeners.length === 1 ? 'listen/gateway' : `listen/gateway/${i}`
