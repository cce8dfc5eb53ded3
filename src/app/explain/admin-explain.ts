/** Explanations for the admin API. */
import { adminError } from '../../admin/admin-error.ts'
import type { ExplainQuestion } from '../../admin/explain-route.ts'
import type { RouteAnswer } from '../../admin/route-answer.ts'
import { quoted } from '../../printable.ts'
import { suggestion } from '../../suggest.ts'
import type { Instance } from '../build-instance.ts'
import { explainQuestion } from './explain-question.ts'
import { explanationToJson } from './explanation-json.ts'
import { readField, readRequestLine, type WrittenField } from './made-question.ts'

/** Errors quote no value of a header, which may be a token. */
export async function explainForAdmin(
  instance: Instance,
  { method, url, headers = {}, policy: policyName, token }: ExplainQuestion,
): Promise<Readonly<Record<string, unknown>> | RouteAnswer> {
  const line = readRequestLine(method, url)
  if (!line.ok) {
    const what =
      line.error === 'method'
        ? '`method` is not a method'
        : '`url` is not an absolute http:// or https:// URL'
    return adminError('ERR_ADMIN_BODY', what, ['write `"url": "https://api.example.com/orders/42"`'])
  }
  const fields: WrittenField[] = []
  for (const [name, values] of Object.entries(headers))
    for (const value of typeof values === 'string' ? [values] : values) {
      const field = readField(name, value)
      if (field === undefined)
        return adminError(
          'ERR_ADMIN_BODY',
          `no request can have the header ${quoted(name)}, or this value of it`,
        )
      fields.push(field)
    }
  const policies = instance.guard.policies
  const policy = policyName === undefined ? undefined : policies.get(policyName)
  if (policyName !== undefined && policy === undefined) {
    const { label } = suggestion(policyName, policies.keys())
    return adminError('ERR_ADMIN_BODY', `no policy ${quoted(policyName)}`, label === undefined ? [] : [label])
  }
  const asked = { line: line.value, fields, policy, token, atMs: Date.now() }
  return explanationToJson(await explainQuestion(instance, asked))
}
