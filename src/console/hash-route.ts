/** Where in the console the page is: the part of its URL after `#`, so that every view has a link. */

export const VIEWS = [
  'overview',
  'decisions',
  'explain',
  'issuers',
  'routes',
  'upstreams',
  'limits',
  'config',
] as const

export type View = (typeof VIEWS)[number]

export interface ConsolePlace {
  readonly view: View
  /** `#/decisions/01J…`: the decision; elsewhere undefined. */
  readonly item: string | undefined
  /** `#/decisions?reason=token_expired`: filters. Never a token. */
  readonly filters: Readonly<Record<string, string>>
}

const START: ConsolePlace = { view: 'overview', item: undefined, filters: {} }

/** The overview for a hash that names no view. */
export function parseHash(hash: string): ConsolePlace {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [name = '', item] = path.split('/')
  const view = VIEWS.find((one) => one === name)
  if (view === undefined) return START
  return {
    view,
    item: item === undefined || item === '' ? undefined : decoded(item),
    filters: Object.fromEntries(new URLSearchParams(query)),
  }
}

/** @param filters Empty values are left out. */
export function toHash(view: View, item?: string, filters: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== '')).toString()
  const path = item === undefined ? view : `${view}/${encodeURIComponent(item)}`
  return `#/${path}${query === '' ? '' : `?${query}`}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
