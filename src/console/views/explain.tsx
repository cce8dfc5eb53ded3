/** Explain: a decision on a made-up request, with every step. Nothing is forwarded, and the token is not kept. */
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { useConsole } from '../api/console-context.ts'
import type { ExplainAnswer } from '../api/explain-answer.ts'
import { Advice } from '../parts/advice.tsx'
import { Badge } from '../parts/badge.tsx'
import { MethodSelect } from '../parts/method-select.tsx'
import { Shown } from '../parts/shown.tsx'
import { Steps } from '../parts/steps.tsx'

type Result = { readonly answer: ExplainAnswer } | { readonly failure: string } | undefined

export function ExplainView(): JSX.Element {
  const { client } = useConsole()
  const form = useRef<HTMLFormElement>(null)
  const [result, setResult] = useState<Result>()
  const [isAsking, setIsAsking] = useState(false)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (form.current === null) return
    const asked = readForm(form.current)
    clearToken(form.current)
    setIsAsking(true)
    try {
      setResult({ answer: await client.post<ExplainAnswer>('/v1/explain', asked) })
    } catch (fault) {
      setResult({ failure: fault instanceof Error ? fault.message : String(fault) })
    }
    setIsAsking(false)
  }
  return (
    <>
      <form ref={form} class="panel form" autoComplete="off" onSubmit={(event) => void submit(event)}>
        <Fields />
        <button type="submit" disabled={isAsking}>
          Explain
        </button>
      </form>
      <div aria-live="polite">
        {result !== undefined &&
          ('failure' in result ? (
            <p class="note bad">
              <strong>Not explained:</strong> <Shown text={result.failure} />
            </p>
          ) : (
            <Explained answer={result.answer} />
          ))}
      </div>
    </>
  )
}

function Fields(): JSX.Element {
  return (
    <>
      <div class="row">
        <label>
          Method
          <MethodSelect />
        </label>
        <label class="wide">
          URL
          <input name="url" required spellcheck={false} placeholder="https://api.example.com/orders/42" />
        </label>
      </div>
      <label>
        Token
        <textarea
          name="token"
          rows={4}
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          aria-describedby="token-note"
        />
      </label>
      <p id="token-note" class="faint">
        Sent to this Warder alone, judged, and forgotten: it is in no URL, log or storage, and the field is
        cleared. Leave it empty to see a request without a token.
      </p>
      <div class="row">
        <label class="wide">
          Further header fields, one on each line
          <textarea name="headers" rows={2} spellcheck={false} placeholder="X-Forwarded-For: 192.0.2.7" />
        </label>
        <label>
          Policy instead of the routes’
          <input name="policy" spellcheck={false} placeholder="as routed" />
        </label>
      </div>
    </>
  )
}

interface Asked {
  readonly method: string
  readonly url: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, readonly string[]>>
  readonly policy?: string
}

function readForm(form: HTMLFormElement): Asked {
  const entered = new FormData(form)
  const text = (name: string): string => {
    const value = entered.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  const lines = text('headers')
    .split('\n')
    .filter((line) => line.includes(':'))
  const fields = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
  })
  const byName = Map.groupBy(fields, ([name]) => name)
  const headers = Object.fromEntries([...byName].map(([name, all]) => [name, all.map(([, value]) => value)]))
  // A pasted header instead of a token.
  const token = text('token').replace(/^(?:Authorization:\s*)?Bearer\s+/i, '')
  return {
    method: text('method'),
    url: text('url'),
    ...(token !== '' && { token }),
    ...(lines.length > 0 && { headers }),
    ...(text('policy') !== '' && { policy: text('policy') }),
  }
}

function clearToken(form: HTMLFormElement): void {
  const field = form.elements.namedItem('token')
  if (field instanceof HTMLTextAreaElement) field.value = ''
}

function Explained({ answer }: { readonly answer: ExplainAnswer }): JSX.Element {
  const { decision, status, reason, why, fix, cause, route, policy, issuer, steps } = answer
  return (
    <section class="panel" aria-label="Result">
      <h2>
        <Badge tone={decision === 'allow' ? 'good' : 'bad'}>
          {decision} {status}
        </Badge>{' '}
        <Shown text={reason} />
      </h2>
      <Advice why={why} fix={fix} cause={cause} />
      <p>
        Route <Shown text={route} />, policy <Shown text={policy} />, issuer <Shown text={issuer} />
      </p>
      <Steps steps={steps} />
    </section>
  )
}
