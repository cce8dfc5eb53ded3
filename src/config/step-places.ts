/** Where the settings are written that the steps of an explanation name. */
import type { Settings } from '../settings/definition.ts'
import type { SourcePosition } from './diagnostic.ts'

/** `warder.yaml:6:15` by the path of the setting. */
export type StepPlaces = ReadonlyMap<string, string>

/** A configuration that knows its positions. */
interface Placed {
  readonly settings: Pick<Settings, 'issuers' | 'policies' | 'routes'>
  readonly positionOfSetting: (path: string) => SourcePosition
}

/** Of issuers and policies; an ancestor has the place of what is not written. */
const MEMBERS = {
  issuer: ['', '/keys', '/typ', '/algorithms', '/audience'],
  policy: ['', '/claims', '/identity'],
}

/** The first look-up parses the whole file, with positions: 0.4 s for 500 routes. */
const MAX_PLACES = 600

/** @returns Empty if there are too many. Settings that no file has, such as the default policy, have no place. */
export function stepPlacesOf(
  { settings, positionOfSetting }: Placed,
  maxPlaces: number = MAX_PLACES,
): StepPlaces {
  const { issuers, policies, routes } = settings
  const paths = [
    ...issuers.flatMap((_, index) => MEMBERS.issuer.map((member) => `issuers/${index}${member}`)),
    ...policies.flatMap(({ name }) => MEMBERS.policy.map((member) => `policies/${name}${member}`)),
    ...routes.map((_, index) => `routes/${index}`),
  ]
  if (paths.length > maxPlaces) return new Map()
  return new Map(
    paths.map((path) => {
      const { file, line, column } = positionOfSetting(path)
      return [path, `${file}:${line}:${column}`]
    }),
  )
}
