import { readFileSync } from 'node:fs'

/** The version of this package. Read, not imported: the published file lies elsewhere, as deep. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version
