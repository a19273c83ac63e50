import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import { newId } from '../core/ids.ts'
import type { Services } from '../services.ts'
import type { Group } from './group.ts'
import { getGroup, insertGroup } from './group-store.ts'

/** Makes an empty group without roles. Throws `group_name_taken`. */
export async function createGroup(
  { database }: Services,
  context: AuthorizedContext,
  { name, description }: { readonly name: string; readonly description: string },
): Promise<Group> {
  return database.write(context, async (trx) => {
    const id = newId()
    await insertGroup(trx, { id, name, description, createdAt: context.now })
    await recordAudit(trx, context, {
      action: 'group.created',
      target: { type: 'group', id },
      detail: { name, description },
    })
    return getGroup(trx, id)
  })
}
