/** The console's files as they are served. Imported when the first of them is asked for, so that no start waits. */
import { bundleConsole } from './bundle-console.ts' with { type: 'macro' }

/** Whole in the binary; from source, bundled when this module is loaded. */
export const CONSOLE_FILES = bundleConsole()
