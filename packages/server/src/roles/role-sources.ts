import type { Reader } from '../storage/database.ts'
import { inheritanceOf } from './inherited-roles.ts'
import { rolesGivenTo } from './role-grant-store.ts'

/** Where one of an account's or a group's roles comes from. */
export interface RoleSource {
  readonly role: string
  /** Names of the groups it comes through, from the nearest to the one that has it; empty: given directly. */
  readonly through: readonly string[]
}

/** Every role in force for an account, with one way it comes about: directly if so, else by the fewest groups. */
export async function roleSourcesOf(db: Reader, accountId: string): Promise<RoleSource[]> {
  const direct = (await rolesGivenTo(db, 'account', [accountId]))(accountId)
  const inherited = (await inheritanceOf(db, [accountId]))(accountId).roles
  return [
    ...direct.map((role) => ({ role, through: [] })),
    ...inherited.filter(({ role }) => !direct.includes(role)),
  ].sort((one, other) => one.through.length - other.through.length)
}
