import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import { assertUnchanged } from '../core/etag.ts'
import type { Services } from '../services.ts'
import { editableOf, type Group } from './group.ts'
import { getGroup, lockGroup, updateGroup } from './group-store.ts'

/** Renames a group or describes it anew. Throws `group_not_found`, `group_name_taken`, `edited_meanwhile`. */
export async function changeGroup(
  { database }: Services,
  context: AuthorizedContext,
  id: string,
  change: { readonly name?: string; readonly description?: string },
  ifMatch: string | undefined,
): Promise<Group> {
  return database.write(context, async (trx) => {
    await lockGroup(trx, id)
    const group = await getGroup(trx, id)
    assertUnchanged(ifMatch, editableOf(group))
    const changed = { ...group, ...change }
    await updateGroup(trx, changed)
    await recordAudit(trx, context, {
      action: 'group.changed',
      target: { type: 'group', id },
      detail: {
        before: editableOf(group),
        after: editableOf(changed),
      },
    })
    return getGroup(trx, id)
  })
}
