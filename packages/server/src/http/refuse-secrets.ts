import type { AnySchema } from 'ajv'
import { holdsSecret } from '../core/secret-text.ts'

/** The part of a JSON Schema that says where a secret may stand. */
interface Place {
  readonly format?: string
  readonly 'x-cleaned'?: boolean
  readonly properties?: Readonly<Record<string, Place>>
  readonly items?: Place
}

/** In the form of AJV's own faults, so that they are answered alike. */
interface SecretFault {
  readonly keyword: 'holdsSecret'
  readonly instancePath: string
  readonly params: Readonly<Record<string, never>>
  readonly message: string
}

/**
 * The first text in `value` that holds a token where the schema expects none. A token belongs in a field of the format
 * `password` (`SecretText`); what strangers sent is cleaned before it is stored (`StrangersText`). Every other text is
 * checked, so a new field is covered before anybody thinks of it. What a schema allows without naming it (other headers,
 * other parameters of OAuth forms) no route reads.
 */
export function secretFault(schema: AnySchema, value: unknown): SecretFault | undefined {
  const path = placeOfSecret(schema as Place, value)
  return path === undefined
    ? undefined
    : { keyword: 'holdsSecret', instancePath: path, params: {}, message: 'must not hold a token' }
}

function placeOfSecret(place: Place | undefined, value: unknown): string | undefined {
  if (typeof value === 'string') return isExempt(place) || !holdsSecret(value) ? undefined : ''
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, each] of Object.entries(value)) {
    if (place?.properties !== undefined && place.properties[name] === undefined) continue
    const path = placeOfSecret(place?.properties?.[name] ?? place?.items, each)
    if (path !== undefined) return `/${name}${path}`
  }
  return undefined
}

function isExempt(place: Place | undefined): boolean {
  return place?.format === 'password' || place?.['x-cleaned'] === true
}
