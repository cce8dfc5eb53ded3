/** The console: one page, which reads the admin API of the Warder that it came from. */
import { render } from 'preact'
import { App } from './app.tsx'

const root = document.getElementById('console')
if (root !== null) render(<App />, root)
