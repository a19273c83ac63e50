import type { RampClient } from '@ramp/client'
import type { OptionSpec } from './command.ts'
import { Failure } from './failure.ts'
import { findGroup, findMember, findServiceAccount } from './find-by-name.ts'

/** Whoever can have a role or be in a group: exactly one of the three. */
export const HOLDER = {
  member: { value: 'username', summary: 'a member, by username or id' },
  'service-account': { value: 'name', summary: 'a service account, by name or id' },
  group: { value: 'name', summary: 'a group, by name or id' },
} satisfies Record<string, OptionSpec>

const FIND = { member: findMember, 'service-account': findServiceAccount, group: findGroup }

type HolderType = keyof typeof FIND

export async function parseHolder(
  client: RampClient,
  options: Readonly<Record<HolderType, string | undefined>>,
): Promise<{ readonly type: HolderType; readonly id: string }> {
  const given = (Object.keys(FIND) as HolderType[]).filter((type) => options[type] !== undefined)
  const [type] = given
  if (type === undefined || given.length > 1) {
    throw new Failure('usage', 'Give one of --member, --service-account and --group.')
  }
  return { type, id: await FIND[type](client, options[type] as string) }
}
