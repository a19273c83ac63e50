import { type Context, recordAudit } from '../audit/audit.ts'
import type { Services } from '../services.ts'
import type { Group } from './group.ts'
import { getGroup, updateGroup } from './group-store.ts'

/** Renames a group or describes it anew. Throws `group_not_found`, `group_name_taken`. */
export async function changeGroup(
  { database }: Services,
  context: Context,
  id: string,
  change: { readonly name?: string; readonly description?: string },
): Promise<Group> {
  return database.write(async (trx) => {
    const group = await getGroup(trx, id)
    const changed = { ...group, ...change }
    await updateGroup(trx, changed)
    await recordAudit(trx, context, {
      action: 'group.changed',
      target: { type: 'group', id },
      detail: {
        before: { name: group.name, description: group.description },
        after: { name: changed.name, description: changed.description },
      },
    })
    return getGroup(trx, id)
  })
}
