import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const REFUSED = [
  { why: 'empty', name: '', code: 'too_short' },
  { why: 'blank', name: ' \t\n ', code: 'blank' },
  { why: 'longer than 100 characters', name: 'n'.repeat(101), code: 'too_long' },
  { why: 'longer than 100 characters outside the BMP', name: '𝔫'.repeat(101), code: 'too_long' },
  { why: 'with a control character', name: 'back\u0007up', code: 'control_characters' },
  { why: 'with a NUL', name: 'back\u0000up', code: 'control_characters' },
  { why: 'with a line break', name: 'back\nup', code: 'control_characters' },
  { why: 'with a C1 control character', name: 'back\u0085up', code: 'control_characters' },
  { why: 'with a line separator', name: 'back\u2028up', code: 'control_characters' },
  { why: 'with a bidirectional override', name: 'back\u202Eup', code: 'control_characters' },
  { why: 'with half a surrogate pair', name: 'back\uD800up', code: 'control_characters' },
  { why: 'that holds a token', name: `for ramp_pat_${'a'.repeat(50)}`, code: 'holds_secret' },
  { why: 'that is a number', name: 7, code: 'wrong_type' },
  { why: 'that is null', name: null, code: 'wrong_type' },
  { why: 'that is absent', name: undefined, code: 'required' },
] as const

const SAME = [
  { why: 'the same', first: 'deploy', second: 'deploy' },
  { why: 'another case', first: 'Deploy to Prod', second: 'dEPLOY TO pROD' },
  { why: 'blanks around it', first: 'backup', second: '  backup ' },
  { why: 'the decomposed form', first: 'caf\u00e9', second: 'cafe\u0301' },
  { why: 'a compatibility form', first: 'file server', second: 'ﬁle ｓerver' },
]

onBothEngines('The name of a token', (engine) => {
  const server = useServer(engine)

  test.each(REFUSED)('refuses a name $why, at creation and at renaming', async ({ name, code }) => {
    const owner = server.administrator
    const script = await owner.token()
    const fields = [{ field: 'name', code }]

    const created = await nothingHappens(server, () => owner.post('/api/v1/tokens', { name }))
    expect(created).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: fields } })
    if (name === undefined) return
    const renamed = await nothingHappens(server, () => owner.patch(`/api/v1/tokens/${script.id}`, { name }))
    expect(renamed).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: fields } })
    if (code === 'holds_secret') expect(JSON.stringify(created.body)).not.toContain('a'.repeat(50))
  })

  test('takes 100 characters, whatever their length in bytes, and trims what surrounds them', async () => {
    const owner = server.administrator
    for (const character of ['n', 'ß', '漢', '🂡']) {
      const created = await owner.post('/api/v1/tokens', { name: `  ${character.repeat(100)}\u00a0` })
      expect(created).toMatchObject({ status: 201, body: { token: { name: character.repeat(100) } } })
    }
  })

  test.each(SAME)('is taken by an active token of the same person: $why', async ({ first, second }) => {
    const owner = await server.member()
    await owner.token({ name: first })
    const other = await owner.token()

    const created = await nothingHappens(server, () => owner.post('/api/v1/tokens', { name: second }))
    const renamed = await nothingHappens(server, () => owner.patch(`/api/v1/tokens/${other.id}`, { name: second }))

    for (const { status, body } of [created, renamed]) {
      expect(status).toBe(409)
      expect(body).toMatchObject({ code: 'token_name_taken', errors: [{ field: 'name', code: 'token_name_taken' }] })
    }
  })

  test('is not taken by tokens of other people', async () => {
    await server.administrator.token({ name: 'theirs' })
    const owner = await server.member()
    expect((await owner.post('/api/v1/tokens', { name: 'theirs' })).status).toBe(201)
  })

  test('is free again when its token is revoked', async () => {
    const owner = await server.member()
    const first = await owner.token({ name: 'again' })
    await owner.delete(`/api/v1/tokens/${first.id}`)
    expect((await owner.post('/api/v1/tokens', { name: 'Again' })).status).toBe(201)
    expect((await owner.post('/api/v1/tokens', { name: 'again' })).status).toBe(409)
  })

  test('of two creations at once with one name, one is made', async () => {
    const owner = await server.member()
    const answers = await Promise.all(Array.from({ length: 8 }, () => owner.post('/api/v1/tokens', { name: 'race' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409])
    expect((await owner.get('/api/v1/tokens')).body.items).toHaveLength(1)
  })

  test('a token keeps its own name', async () => {
    const owner = await server.member()
    const script = await owner.token({ name: 'mine' })
    const renamed = await owner.patch(`/api/v1/tokens/${script.id}`, { name: 'MINE' })
    expect(renamed).toMatchObject({ status: 200, body: { name: 'MINE' } })
  })

  test('is free again when its token has expired, for creation and for renaming', async () => {
    const owner = server.administrator
    const soon = new Date(server.clock() + DAY_MS).toISOString()
    await owner.token({ name: 'short-lived', expiresAt: soon })
    await owner.token({ name: 'short-lived two', expiresAt: soon })
    const other = await owner.token()
    server.clock.advance(DAY_MS)
    const session = await owner.signInAgain()

    expect((await session.post('/api/v1/tokens', { name: 'short-lived' })).status).toBe(201)
    expect((await session.patch(`/api/v1/tokens/${other.id}`, { name: 'short-lived two' })).status).toBe(200)
  })
})
