import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { JsonFault, linesOf } from './json-lines.ts'

/** A named set of permissions, from the catalogue. */
export interface Role {
  readonly name: string
  /** The number by which the neighbouring product knows the role, where it has one. */
  readonly value?: number
  readonly description: string
  readonly permissions: readonly string[]
}

/** The role without which nobody could administer the server: it cannot be missing, and its last holder keeps it. */
export const ADMINISTRATOR = 'Administrator'

/** What every account may do with its own tokens, whatever its roles. A narrowed token has these only if it names them. */
export const OWN_PERMISSIONS = ['own-tokens:read', 'own-tokens:write'] as const

export const PERMISSION_PATTERN = '^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$'

export const ROLE_PATTERN = '^[A-Za-z][A-Za-z0-9]{0,63}$'

const CatalogueFile = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    roles: Type.Array(
      Type.Object(
        {
          name: Type.String({ pattern: ROLE_PATTERN }),
          value: Type.Optional(Type.Integer({ minimum: 1 })),
          description: Type.String({ minLength: 1, maxLength: 500 }),
          permissions: Type.Array(Type.String({ pattern: PERMISSION_PATTERN }), { uniqueItems: true }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
  },
  { additionalProperties: false },
)

/** The roles that exist here and what each allows. Read once at start. */
export class RoleCatalogue {
  readonly roles: readonly Role[]
  readonly #byName: ReadonlyMap<string, Role>
  /** One set for each combination of roles in use: accounts with the same roles share it. */
  readonly #combinations = new Map<string, ReadonlySet<string>>()

  constructor(roles: readonly Role[]) {
    this.roles = roles
    this.#byName = new Map(roles.map((role) => [role.name, role]))
  }

  find(name: string): Role | undefined {
    return this.#byName.get(name)
  }

  /** What these roles give, each once or more. A role that is not in the catalogue gives nothing. */
  givenBy(roleNames: readonly string[]): string[] {
    return roleNames.flatMap((name) => this.find(name)?.permissions ?? [])
  }

  /** What these roles allow together, with what every account may do. */
  permissionsOf(roleNames: readonly string[]): ReadonlySet<string> {
    const key = roleNames.join(' ')
    let permissions = this.#combinations.get(key)
    if (permissions === undefined) {
      permissions = new Set([...OWN_PERMISSIONS, ...this.givenBy(roleNames)])
      this.#combinations.set(key, permissions)
    }
    return permissions
  }
}

const DEFAULT_FILE = fileURLToPath(new URL('default-roles.json', import.meta.url))

/**
 * Reads a catalogue, the product's own unless `file` names another. Throws an error whose message says what to mend, and
 * on which line.
 */
export function loadRoleCatalogue(file = DEFAULT_FILE): RoleCatalogue {
  const text = readText(file)
  const lines = jsonLinesOf(text)
  const fail = (pointer: string, reason: string) => new Error(`line ${lines.get(pointer) ?? 1}: ${reason}`)

  const content: unknown = JSON.parse(text)
  if (!Value.Check(CatalogueFile, content)) {
    const fault = Value.Errors(CatalogueFile, content)[0]
    throw fail(fault?.instancePath ?? '', reasonOf(fault))
  }
  const names = content.roles.map((role) => role.name)
  const repeated = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (repeated >= 0) throw fail(`/roles/${repeated}/name`, `the role ${names[repeated]} stands there twice`)
  if (!names.includes(ADMINISTRATOR)) throw fail('/roles', `the role ${ADMINISTRATOR} is missing`)
  return new RoleCatalogue(content.roles)
}

/** A field that should not be there is not named: the file may be another than was meant. */
function reasonOf(fault: ReturnType<typeof Value.Errors>[number] | undefined): string {
  const { instancePath = '', keyword, message } = fault ?? {}
  if (keyword === 'boolean') return `${instancePath.replace(/\/[^/]*$/, '') || '/'} must not have this field`
  return `${instancePath || '/'} ${message ?? 'is not acceptable'}`
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`the file cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

function jsonLinesOf(text: string): ReadonlyMap<string, number> {
  try {
    return linesOf(text)
  } catch (error) {
    if (error instanceof JsonFault) throw new Error(`line ${error.line}: the file is not JSON, ${error.message}`)
    throw error
  }
}
