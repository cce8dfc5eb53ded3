/** The views, in the order of the navigation. */
import type { ComponentType } from 'preact'
import type { ConsolePlace, View } from '../hash-route.ts'
import { IssuersView } from './issuers.tsx'
import { OverviewView } from './overview.tsx'

export interface ViewProps {
  readonly place: ConsolePlace
}

interface ViewRow {
  readonly title: string
  readonly View: ComponentType<ViewProps>
}

export const VIEW_ROWS: Readonly<Record<View, ViewRow>> = {
  overview: { title: 'Overview', View: OverviewView },
  issuers: { title: 'Issuers', View: IssuersView },
}
