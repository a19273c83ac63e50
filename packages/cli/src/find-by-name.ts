import { itemsOf, type RampClient } from '@ramp/client'
import { Failure } from './failure.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Names are unique whatever their case and Unicode form, as the server compares them. */
const key = (name: string) => name.trim().normalize('NFKC').toLowerCase()

type Found = { readonly id: string }
type Read<T> = Parameters<typeof itemsOf<T>>[0]

/** The id of what is named by its id or by its name. */
async function findId<T extends Found>(
  name: string,
  what: string,
  read: (search: string) => Read<T>,
  nameOf: (item: T) => string,
): Promise<string> {
  if (UUID.test(name)) return name
  for await (const item of itemsOf(read(name))) if (key(nameOf(item)) === key(name)) return item.id
  throw new Failure('refused', `There is no ${what} of this name.`)
}

export const findMember = (client: RampClient, name: string) =>
  findId(
    name,
    'member',
    (q) => (page) => client.GET('/api/v1/members', { params: { query: { q, ...page, limit: 200 } } }),
    ({ username }) => username,
  )

export const findGroup = (client: RampClient, name: string) =>
  findId(
    name,
    'group',
    (q) => (page) => client.GET('/api/v1/groups', { params: { query: { q, ...page, limit: 200 } } }),
    (group) => group.name,
  )

export const findServiceAccount = (client: RampClient, name: string) =>
  findId(
    name,
    'service account',
    (q) => (page) => client.GET('/api/v1/service-accounts', { params: { query: { q, ...page, limit: 200 } } }),
    (account) => account.name,
  )
