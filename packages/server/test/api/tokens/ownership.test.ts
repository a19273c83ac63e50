import { expect, test } from 'vitest'
import type { Actor } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import type { Answer } from '../../support/http-client.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const withoutRequest = ({ status, headers, body }: Answer) => {
  const { date: _date, ...others } = headers
  return { status, headers: others, body: { ...body, requestId: '' } }
}

onBothEngines("Somebody else's token", (engine) => {
  const server = useServer(engine)

  test('looks exactly like one that never was, to its reader, changer and revoker', async () => {
    const owner = await server.member()
    const otherMember = await server.member()
    const script = await owner.token()
    const missing = script.id.split('').reverse().join('')
    const attempts: ((actor: Actor, id: string) => Promise<Answer>)[] = [
      (actor, id) => actor.get(`/api/v1/tokens/${id}`),
      (actor, id) => actor.patch(`/api/v1/tokens/${id}`, { name: 'mine now' }),
      (actor, id) => actor.patch(`/api/v1/tokens/${id}`, { permissions: ['own-tokens:read'] }),
      (actor, id) => actor.delete(`/api/v1/tokens/${id}`),
    ]
    for (const actor of [otherMember, await otherMember.token(), server.administrator]) {
      for (const attempt of attempts) {
        const foreign = await nothingHappens(server, () => attempt(actor, script.id))
        const absent = await nothingHappens(server, () => attempt(actor, missing))
        expect(foreign).toMatchObject({ status: 404, body: { code: 'token_not_found' } })
        expect(withoutRequest(foreign)).toEqual(withoutRequest(absent))
      }
    }
    expect((await script.get('/api/v1/me')).status).toBe(200)
  })

  test('is in no list of mine, whatever is searched for', async () => {
    const owner = await server.member()
    const otherMember = await server.member()
    const script = await owner.token({ name: 'needle' })
    for (const q of ['needle', script.id]) {
      expect((await otherMember.get(`/api/v1/tokens?status=all&q=${q}`)).body).toEqual({ items: [], nextCursor: null })
    }
  })

  test.each(['x', 'current ', '%00', 'a'.repeat(13), `ramp_pat_${'a'.repeat(12)}`, '..%2fmembers', "'%20OR%201=1--"])(
    'an id that is none (%s) is refused as such',
    async (id) => {
      for (const method of ['GET', 'DELETE'] as const) {
        const refused = await nothingHappens(server, () =>
          server.administrator.request(method, `/api/v1/tokens/${encodeURI(id)}`),
        )
        expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field: 'id' }] } })
      }
    },
  )
})
