import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

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

const PERMISSION = '^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$'

const CatalogueFile = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    roles: Type.Array(
      Type.Object(
        {
          name: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{0,63}$' }),
          value: Type.Optional(Type.Integer({ minimum: 1 })),
          description: Type.String({ minLength: 1, maxLength: 500 }),
          permissions: Type.Array(Type.String({ pattern: PERMISSION }), { uniqueItems: true }),
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

/** Reads a catalogue, the product's own unless `file` names another. Throws an error whose message says what to mend. */
export function loadRoleCatalogue(file = DEFAULT_FILE): RoleCatalogue {
  const content: unknown = parseJson(readText(file))
  const fault = Value.Errors(CatalogueFile, content)[0]
  if (fault || !Value.Check(CatalogueFile, content)) {
    throw new Error(`${fault?.instancePath || '/'} ${fault?.message ?? 'is not acceptable'}`)
  }
  const names = content.roles.map((role) => role.name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new Error(`the role ${repeated} stands there twice`)
  if (!names.includes(ADMINISTRATOR)) throw new Error(`the role ${ADMINISTRATOR} is missing`)
  return new RoleCatalogue(content.roles)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`the file cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** The engine's own message would quote the file, which may be another than was meant. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('the file is not JSON')
  }
}
