import type { FastifyInstance } from 'fastify'
import { Problem } from '../core/problem.ts'

export const FORM = 'application/x-www-form-urlencoded'

/** A secret, a client's name and some words: more than a few KiB is no OAuth request. */
const FORM_LIMIT_BYTES = 16 * 1024

/** The parameters of a form, each once and none of them empty. */
export type Form = Readonly<Record<string, string>>

/**
 * Forms and nothing else, for the routes of `/oauth2/`: the rest of the API takes JSON (`body-parser.ts`). For a scope of
 * its own (`app.register`), whose parsers do not leave it.
 */
export function acceptOnlyForms(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: FORM_LIMIT_BYTES }, (_req, body, done) => {
    try {
      done(null, parseForm(body as string))
    } catch (error) {
      done(error as Problem)
    }
  })
  scope.addContentTypeParser('*', (_req, _body, done) => {
    done(new Problem('unsupported_media_type', { detail: `Send the body as ${FORM}.` }))
  })
}

/**
 * Reads `a=1&b=2` (RFC 6749, appendix B). An empty parameter counts as absent, one that is there twice is refused
 * (§3.1): which of two would count is not for us to guess. Throws `invalid_request`.
 */
export function parseForm(body: string): Form {
  const form: Record<string, string> = Object.create(null)
  for (const part of body.split('&')) {
    const [name, value] = splitAt(part, '=').map(decodeFormText) as [string, string]
    if (value === '') continue
    if (name in form) throw new Problem('invalid_request', { detail: 'A parameter stands in the form twice.' })
    form[name] = value
  }
  return form
}

/** `a+b%20c` is `a b c`. Throws `invalid_request` for what is not UTF-8 in this coding. */
export function decodeFormText(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new Problem('invalid_request', { detail: 'This is not in the coding of forms.', cause })
  }
}

/** Before and after the first separator. */
export function splitAt(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}
