/** The absolute URL that the text is, or null: `URL.parse`, which Node.js 20.12 does not have. */
export const parseUrl = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null)
