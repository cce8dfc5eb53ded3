/** Tokens of a given size. */
import type { GuardedSite } from './guarded-site.ts'

/** A token of about that many bytes. */
export const mintOfSize = (site: GuardedSite, bytes: number): string => {
  const overhead = site.mint({ filler: '' }).length
  return site.mint({ filler: 'x'.repeat(Math.floor(((bytes - overhead) * 3) / 4)) })
}
