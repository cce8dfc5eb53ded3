/** What the signature steps compared, in words. */
import { isAcceptedTyp } from '../../jwt/check-typ.ts'
import { partsOf, type KeySource, type KeySourceStatus } from '../../keys/key-source.ts'
import type { Trial } from '../trial.ts'
import { claimText, issuerSetting, type DescribeStep, type StepDescription } from './step-description.ts'

type SignatureStep = 'header' | 'issuer' | 'algorithm' | 'key' | 'signature'

export const SIGNATURE_DESCRIPTIONS: Readonly<Record<SignatureStep, DescribeStep>> = {
  header: ({ jws }) => ({
    facts:
      jws === undefined
        ? ''
        : `alg ${quote(jws.header.alg)}, typ ${quote(jws.header.typ)}, kid ${quote(jws.header.kid)}`,
  }),
  issuer: (trial) => ({
    facts: `iss ${claimText(trial, 'iss')}${trial.issuer === undefined ? `; configured: ${issuerList(trial)}` : ` is ${trial.issuer.settings.name}`}`,
    setting: issuerSetting(trial),
  }),
  algorithm: describeAlgorithm,
  key: describeKey,
  signature: (trial) => ({
    facts: trial.key === undefined ? '' : `made by ${trial.key.description}, kid ${quote(trial.key.kid)}`,
    setting: issuerSetting(trial, 'keys'),
  }),
}

const issuerList = ({ policy }: Trial): string =>
  [
    ...(policy?.issuers.byIss.keys() ?? []),
    ...(policy?.issuers.templates ?? []).map(({ settings }) => settings.issuer),
  ]
    .map((iss) => JSON.stringify(iss))
    .join(', ')

function describeAlgorithm(trial: Trial): StepDescription {
  const { issuer, jws } = trial
  const alg = jws?.header.alg
  // The default list is long, and of no interest if it includes the algorithm.
  const isIn = alg !== undefined && issuer?.algorithms.has(alg) === true
  const accepted = isIn ? 'is accepted' : `is not one of [${[...(issuer?.algorithms ?? [])].join(', ')}]`
  return {
    facts: `alg ${quote(alg)} ${accepted}${typText(trial)}`,
    setting: issuerSetting(trial, isIn && issuer.typ !== undefined ? 'typ' : 'algorithms'),
  }
}

function typText({ issuer, jws }: Trial): string {
  const typ = jws?.header.typ
  if (issuer?.typ !== undefined) return `, typ ${quote(typ)} of [${[...issuer.typ].join(', ')}]`
  return isAcceptedTyp(typ, undefined) ? '' : `, typ ${quote(typ)} never gives access`
}

function describeKey(trial: Trial): StepDescription {
  const { issuer, candidates } = trial
  const status = issuer?.keys.status()
  const have = status === undefined ? '' : sourceText(status)
  const chosen = candidates?.map((key) => `${key.description} kid ${quote(key.kid)}`).join(', ')
  const known = status?.keys.map((key) => quote(key.kid)).join(', ')
  return {
    facts: chosen === undefined ? `${have} [${known ?? ''}]` : `${chosen}; ${have}`,
    setting: issuerSetting(trial, 'keys'),
    notes: issuer === undefined ? [] : sourceNotes(issuer.keys),
  }
}

/** With several sources, each has a line: the one that is down may have the key. */
function sourceNotes(keys: KeySource): readonly string[] {
  const all = partsOf(keys).map((part) => part.status())
  const [only] = all
  if (all.length === 1) return only?.lastError === undefined ? [] : [`last load: ${only.lastError}`]
  return all.map((status) => {
    const { lastError } = status
    return `${sourceText(status)}${lastError === undefined ? '' : `; last load: ${lastError}`}`
  })
}

const sourceText = ({ description, state, keys: { length } }: KeySourceStatus): string =>
  `${description}: ${state}, ${length === 1 ? '1 key' : `${length} keys`}`

const quote = (text: string | undefined): string => (text === undefined ? 'absent' : JSON.stringify(text))
