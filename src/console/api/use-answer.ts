/** An answer of the admin API that a part of the page shows, and keeps up to date. */
import { useEffect, useState } from 'preact/hooks'
import { AdminRefusal } from './admin-client.ts'
import { useConsole } from './console-context.ts'

export interface Answered<T> {
  /** The last good answer; it stays while a newer one is asked for, so that nothing flickers. */
  readonly answer: T | undefined
  /** Why the last attempt failed. */
  readonly failure: AdminRefusal | undefined
}

const NOTHING = { answer: undefined, failure: undefined }

/**
 * @param path Undefined: nothing is asked.
 * @param form Of the answer; text has the type string.
 * @param everyMs Time between two questions; 0: asked once. A hidden page does not ask.
 */
export function useAnswer<T>(
  path: string | undefined,
  everyMs = 0,
  form: 'json' | 'text' = 'json',
): Answered<T> {
  const { client } = useConsole()
  const [state, setState] = useState<Answered<T> & { readonly path?: string }>(NOTHING)
  useEffect(() => {
    if (path === undefined) return undefined
    const ended = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const askAgain = (): void => {
      if (everyMs > 0) timer = setTimeout(() => void ask(), everyMs)
    }
    const ask = async (): Promise<void> => {
      if (document.hidden) return askAgain()
      try {
        const answer = await client.get<T>(path, ended.signal, form)
        if (!ended.signal.aborted) setState({ path, answer, failure: undefined })
      } catch (fault) {
        if (ended.signal.aborted) return
        const failure = fault instanceof AdminRefusal ? fault : new AdminRefusal(0, String(fault))
        setState((last) => ({ path, answer: last.path === path ? last.answer : undefined, failure }))
      }
      askAgain()
    }
    void ask()
    return () => {
      ended.abort()
      clearTimeout(timer)
    }
  }, [client, path, everyMs, form])
  return state.path === path || path === undefined ? state : NOTHING
}
