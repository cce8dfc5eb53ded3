/** The frame of the page: navigation, the token of the operator, and the view that the URL names. */
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { createAdminClient } from './api/admin-client.ts'
import { ConsoleProvider } from './api/console-context.ts'
import { zoneName } from './format.ts'
import { parseHash, toHash, VIEWS, type ConsolePlace, type View } from './hash-route.ts'
import { TokenForm } from './parts/token-form.tsx'
import { VIEW_ROWS } from './views/view-rows.ts'

export function App(): JSX.Element {
  const place = usePlace()
  const [isUtc, setIsUtc] = useState(true)
  const { client, isTokenNeeded, isRefused, setToken } = useAdminClient()
  const context = useMemo(() => ({ client, isUtc }), [client, isUtc])
  const heading = useHeadingFocus(place.view, place.item)
  const { title, View } = VIEW_ROWS[place.view]
  return (
    <ConsoleProvider value={context}>
      <a class="skip" href="#main" onClick={(event) => focusMain(event, heading.current)}>
        Skip to the content
      </a>
      <header>
        <Navigation current={place.view} />
        <button type="button" class="quiet" onClick={() => setIsUtc(!isUtc)}>
          Times in {zoneName(isUtc, Date.now())}
          <span class="hidden">, switch to {zoneName(!isUtc, Date.now())}</span>
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        {isTokenNeeded ? (
          <TokenForm isRefused={isRefused} onToken={setToken} />
        ) : (
          <>
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            <View key={place.item === undefined ? place.view : `${place.view}/`} place={place} />
          </>
        )}
      </main>
    </ConsoleProvider>
  )
}

function Navigation({ current }: { readonly current: View }): JSX.Element {
  return (
    <nav aria-label="Views">
      <span class="brand">Warder</span>
      <ul>
        {VIEWS.map((view) => (
          <li key={view}>
            <a href={toHash(view)} aria-current={view === current ? 'page' : undefined}>
              {VIEW_ROWS[view].title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function usePlace(): ConsolePlace {
  const [place, setPlace] = useState(() => parseHash(location.hash))
  useEffect(() => {
    const read = (): void => setPlace(parseHash(location.hash))
    addEventListener('hashchange', read)
    return () => removeEventListener('hashchange', read)
  }, [])
  return place
}

/** A new token makes a new client, so that everything is asked again. */
function useAdminClient() {
  const [token, setToken] = useState<string>()
  const [refusedToken, setRefusedToken] = useState<{ readonly token: string | undefined }>()
  const client = useMemo(
    () =>
      createAdminClient(
        () => token,
        () => setRefusedToken({ token }),
      ),
    [token],
  )
  // Only the refusal of the present token counts: an earlier question may still be under way.
  const isTokenNeeded = refusedToken !== undefined && refusedToken.token === token
  const setAnother = (next: string): void => {
    setRefusedToken(undefined)
    setToken(next)
  }
  return { client, isTokenNeeded, isRefused: isTokenNeeded && token !== undefined, setToken: setAnother }
}

/** After a change of view, the keyboard and the screen reader start at its heading. */
function useHeadingFocus(view: View, item: string | undefined) {
  const heading = useRef<HTMLHeadingElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = `${VIEW_ROWS[view].title} · Warder`
    if (!isFirst.current) heading.current?.focus({ preventScroll: false })
    isFirst.current = false
  }, [view, item])
  return heading
}

function focusMain(event: Event, heading: HTMLElement | null): void {
  // The hash is the place in the console.
  event.preventDefault()
  heading?.focus()
}
