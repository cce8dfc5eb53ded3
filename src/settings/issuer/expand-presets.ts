/** `preset: …` → the settings that it stands for, before anything else is checked. */
import { toPointer } from '../../json-pointer.ts'
import { PRESET_INPUTS, presetOf, type Preset, type PresetInputs } from './presets.ts'
import { quoted } from '../../printable.ts'
import { isJsonObject } from '../../strict-json.ts'
import { problemAt, problemAtKey, type LocatedProblem } from '../problem.ts'

export interface ExpandedPresets {
  readonly value: Readonly<Record<string, unknown>>
  readonly problems: readonly LocatedProblem[]
  /** Settings that a preset has filled in: pointer → name of the preset. */
  readonly origins: ReadonlyMap<string, string>
  /** Settings that could not be filled in; that they are absent is no second mistake. */
  readonly unfilled: ReadonlySet<string>
}

type Raw = Readonly<Record<string, unknown>>

const KEY_SOURCES = ['jwks_url', 'metadata_url', 'jwks_file', 'jwks', 'pem_file', 'pem', 'secret'] as const
// What Entra writes into `iss`; a domain name is not it, and `common` is nobody.
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Explicit settings win, one by one; of `keys`, all of the preset's go when a source is named, because its
 * credentials are meant for its own URL. What the preset adds is checked like what is written.
 */
export function expandPresets(root: Raw): ExpandedPresets {
  const problems: LocatedProblem[] = []
  const origins = new Map<string, string>()
  const unfilled = new Set<string>()
  const { issuers } = root
  if (!Array.isArray(issuers)) return { value: root, problems, origins, unfilled }
  const expanded = issuers.map((issuer: unknown, i) => {
    if (!isJsonObject(issuer) || issuer['preset'] === undefined) return issuer
    const pointer = toPointer(['issuers', i])
    const name = issuer['preset']
    const preset = presetOf(name)
    if (preset === undefined || typeof name !== 'string') {
      // The schema says that it is unknown; what it would have filled in is not missed.
      for (const key of ['issuer', ...PRESET_INPUTS]) unfilled.add(`${pointer}/${key}`)
      return issuer
    }
    const { inputs, problems: wrong } = readInputs(issuer, preset, pointer, name)
    const missed = checkNeeds(issuer, preset, pointer, name)
    problems.push(...wrong, ...missed)
    if (wrong.length + missed.length > 0) unfilled.add(`${pointer}/issuer`)
    const rest = Object.fromEntries(
      Object.entries(issuer).filter(([key]) => !Object.hasOwn(preset.inputs, key)),
    )
    if (wrong.length > 0) return rest
    return merge(rest, settingsOf(preset, inputs, rest), (path) => origins.set(`${pointer}${path}`, name))
  })
  return { value: { ...root, issuers: expanded }, problems, origins, unfilled }
}

/** An alias of the preset's issuer is not an alias of an issuer that is written instead. */
function settingsOf(preset: Preset, inputs: PresetInputs, { issuer, tenants }: Raw): Raw {
  const { issuer_aliases: aliases, ...expanded } = preset.expand(inputs)
  const isAny = tenants === 'any' && preset.keysOfAllTenants !== undefined
  const settings: Raw = isAny ? { ...expanded, keys: { jwks_url: preset.keysOfAllTenants } } : expanded
  const isOther = issuer !== undefined && issuer !== settings['issuer']
  return aliases === undefined || isOther ? settings : { ...settings, issuer_aliases: aliases }
}

function readInputs(
  issuer: Raw,
  preset: Preset,
  pointer: string,
  name: string,
): { readonly inputs: PresetInputs; readonly problems: readonly LocatedProblem[] } {
  const problems: LocatedProblem[] = []
  const inputs: Record<string, string> = {}
  for (const key of Object.keys(issuer).filter((word) => PRESET_INPUTS.has(word))) {
    if (Object.hasOwn(preset.inputs, key)) continue
    const known = Object.keys(preset.inputs)
    const hint = known.length === 0 ? 'it has no inputs' : `its inputs: ${known.join(', ')}`
    const message = `\`${key}\` is not an input of the preset ${name}`
    problems.push(problemAtKey(`${pointer}/${key}`, 'ERR_CONFIG_USELESS_KEY', message, hint))
  }
  for (const [key, input] of Object.entries(preset.inputs)) {
    const value = issuer[key] ?? input.fallback?.(inputs)
    const at = `${pointer}/${key}`
    const hint = `such as ${input.example}`
    if (value === undefined) {
      const message = `the preset ${name} needs \`${key}\``
      problems.push(problemAt(pointer, 'ERR_CONFIG_MISSING_KEY', message, hint))
    } else if (typeof value !== 'string') {
      problems.push(problemAt(at, 'ERR_CONFIG_TYPE', `\`${key}\` is not a text`, hint))
    } else if (issuer[key] !== undefined && !input.pattern.test(value)) {
      const message = `${quoted(value)} cannot be the \`${key}\` of a ${name} issuer`
      problems.push(problemAt(at, 'ERR_CONFIG_VALUE', message, hint))
    } else inputs[key] = value
  }
  return { inputs, problems }
}

/** What the provider's own rules ask of the rest of the entry. */
function checkNeeds(issuer: Raw, preset: Preset, pointer: string, name: string): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  if (preset.needsTenants === true && issuer['tenants'] === undefined) {
    const message = `the preset ${name} needs \`tenants\``
    found.push(problemAt(pointer, 'ERR_CONFIG_MISSING_KEY', message, 'list the directory ids'))
  }
  if (name === 'entra') {
    const tenants: readonly unknown[] = [issuer['tenants'] ?? []].flat()
    tenants.forEach((tenant, i) => {
      if (typeof tenant !== 'string' || GUID.test(tenant) || issuer['tenants'] === 'any') return
      const at = Array.isArray(issuer['tenants']) ? `/tenants/${i}` : '/tenants'
      const hint =
        'write its id in lower case: tokens never name a domain, `common` or `organizations`; `tenants: any` accepts every directory'
      const message = `${quoted(tenant)} is not the id of a directory`
      found.push(problemAt(`${pointer}${at}`, 'ERR_CONFIG_VALUE', message, hint))
    })
  }
  if (name === 'spiffe') {
    const hint = 'a JWT-SVID without it must be rejected (JWT-SVID §4)'
    if (issuer['audience'] === 'any')
      found.push(problemAt(`${pointer}/audience`, 'ERR_CONFIG_VALUE', 'a JWT-SVID has an audience', hint))
    if (issuer['allow_missing_exp'] === true)
      found.push(
        problemAt(`${pointer}/allow_missing_exp`, 'ERR_CONFIG_VALUE', 'a JWT-SVID has an `exp`', hint),
      )
  }
  return found
}

function merge(explicit: Raw, preset: Raw, note: (path: string) => void): Raw {
  const filled: Record<string, unknown> = { ...explicit }
  for (const [key, value] of Object.entries(preset)) {
    if (key === 'keys' && isJsonObject(value)) {
      const keys = explicit['keys'] ?? {}
      if (!isJsonObject(keys) || KEY_SOURCES.some((source) => keys[source] !== undefined)) continue
      filled['keys'] = merge(keys, value, (path) => note(`/keys${path}`))
    } else if (explicit[key] === undefined) {
      filled[key] = value
      note(`/${key}`)
    }
  }
  return filled
}
