import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const IMPORT = '/api/v1/members/import'
const HEADER = 'username,email,firstName,lastName,roles,status\n'

onBothEngines('Members as CSV', (engine) => {
  const server = useServer(engine)
  const bring = (csv: string, query = '', by = server.administrator) => by.post(`${IMPORT}${query}`, { csv })
  const taken = async () => (await server.administrator.get('/api/v1/members/export')).body as string

  test('what was exported changes nothing when it is imported, formulas and old roles included', async () => {
    await server.administrator.post('/api/v1/members', {
      username: newName('formula'),
      email: '=cmd@example.test',
      firstName: '=1+1, "quoted"',
      lastName: "'-2",
      password: 'an initial password',
      roles: ['Auditor', 'SuperUser'],
    })
    const gone = await server.member({ roles: ['Auditor'] })
    await server.sql(`UPDATE role_grant SET role = 'NoLongerThere' WHERE account_id = '${gone.id}'`)
    const file = await taken()
    expect(file).toContain(`'=cmd@example.test,"'=1+1, ""quoted""",''-2,Auditor;SuperUser,active`)
    const again = await nothingHappens(server, () => bring(file))
    expect(again.body.counts).toMatchObject({ create: 0, change: 0, error: 0 })
    expect(again.body.lines.length).toBe(await server.count('member'))
    expect(await taken()).toBe(file)
  })

  test('a dry run says line by line what would happen, and then it happens', async () => {
    const known = await server.member({ roles: ['Auditor'] })
    const script = await known.token()
    const fresh = newName('fresh')
    const csv = `${HEADER}${known.username},new-${known.username}@example.test,Test,${known.username},SuperUser,
${fresh},${fresh}@example.test,New,,Auditor;SuperUser,active\n`
    const dry = await nothingHappens(server, () => bring(csv, '?dryRun=true'))
    expect(dry).toMatchObject({
      status: 200,
      body: {
        dryRun: true,
        counts: { create: 1, change: 1, unchanged: 0, error: 0 },
        lines: [
          {
            line: 2,
            username: known.username,
            action: 'change',
            changes: [{ field: 'email' }, { field: 'roles', from: 'Auditor', to: 'SuperUser' }],
          },
          { line: 3, username: fresh, action: 'create' },
        ],
      },
    })
    expect((await script.get('/api/v1/audit-events')).status).toBe(200)
    expect((await bring(csv)).body).toMatchObject({ dryRun: false, lines: dry.body.lines })
    // The role that the file took stops counting at the next call of a warm token.
    expect((await script.get('/api/v1/audit-events')).status).toBe(403)
    const { items } = (await server.administrator.get(`/api/v1/members?q=${fresh}`)).body
    expect(items).toMatchObject([
      { hasPassword: false, mustChangePassword: true, roles: ['Auditor', 'SuperUser'], lastName: '' },
    ])
    for (const password of ['', 'password', fresh]) {
      const answer = await server.anonymous.post('/api/v1/session', { username: fresh, password })
      expect([400, 401]).toContain(answer.status)
    }
    const down = await bring(`username,status\n${known.username},deactivated\n`)
    expect(down.body.counts).toMatchObject({ change: 1 })
    expect((await script.get('/api/v1/me')).status).toBe(401)
    expect((await bring(`username,status\n${known.username},active\n`)).status).toBe(200)
    expect((await script.get('/api/v1/me')).status).toBe(200)
  })

  test('with a broken line nothing is imported, and every fault of every line is shown', async () => {
    const known = await server.member()
    const csv = `${HEADER}good-${known.username},good@example.test,Good,,,
${known.username.toUpperCase()},x@example.test,X,,,
bad name,nowhere,,,Emperor,gone
Ｔwin,twin@example.test,T,,,
twin,TWIN@example.test,T,,,
short,line
late,${known.username}@example.test,L,,Emperor,
admin,,A,,,deactivated
`
    const refused = await nothingHappens(server, () => bring(csv), ['audit_event'])
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    const faults = refused.body.errors.map(({ field, code }: { field: string; code: string }) => `${field} ${code}`)
    expect(faults).toEqual([
      'lines.3.username username_taken',
      'lines.4.username wrong_format',
      'lines.4.email wrong_format',
      'lines.4.firstName blank',
      'lines.4.status not_offered',
      'lines.5.username repeated',
      'lines.5.email repeated',
      'lines.6.username repeated',
      'lines.6.email repeated',
      'lines.7 malformed_line',
      'lines.8.email email_taken',
      'lines.8.roles role_not_found',
      'lines.9.email required',
      'lines.9.status own_deactivation',
    ])
    const dry = await bring(csv, '?dryRun=true')
    expect(dry.body.counts).toEqual({ create: 1, change: 0, unchanged: 0, error: 7 })
    const quotes = await bring(`${HEADER}"a"b,c@example.test,C,,,\nd,d@example.test,D,,,\n`, '?dryRun=true')
    expect(quotes.body.lines).toMatchObject([{ action: 'error', errors: [{ code: 'malformed_line' }] }, { line: 3 }])
  })

  test('the last Administrator stays one', async () => {
    const refused = await nothingHappens(server, () => bring('username,roles\nadmin,Auditor\n'), ['audit_event'])
    expect(refused.body.errors).toMatchObject([{ field: 'lines.2.roles', code: 'last_administrator' }])
  })

  test('whoever gives no roles imports none, and changes nobody who may do more', async () => {
    const superUser = await server.member({ roles: ['SuperUser'] })
    const auditor = await server.member({ roles: ['Auditor'] })
    const name = newName('plain')
    const csv = `username,email,firstName,roles\n${name},${name}@example.test,P,Auditor\n${auditor.username},,X,Auditor\n`
    const refused = await nothingHappens(
      server,
      () => bring(csv.replace(',,X', `,${name}2@example.test,X`), '', superUser),
      ['audit_event'],
    )
    expect(refused.body.errors).toMatchObject([
      { field: 'lines.2.roles', code: 'insufficient_permissions' },
      { field: 'lines.3.username', code: 'insufficient_permissions' },
    ])
    const plain = await bring(`username,email,firstName\n${name},${name}@example.test,P\n`, '', superUser)
    expect(plain.body.counts.create).toBe(1)
  })

  test.each([
    ['an unknown column', 'username,shoe\nx,44\n', 'unknown_column'],
    ['a password', 'username,password\nx,secret secret\n', 'unknown_column'],
    ['no username', 'email\nx@example.test\n', 'required'],
    ['a column twice', 'username,Username\nx,x\n', 'repeated'],
    ['nothing', '\n\n', 'wrong_format'],
    ['too many lines', `username\n${'x\n'.repeat(10_001)}`, 'too_long'],
  ])('refuses a file with %s', async (_, csv, code) => {
    const refused = await nothingHappens(server, () => bring(csv))
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'csv', code }] } })
  })

  test('ten thousand members come, and change, in one request each', async () => {
    const file = (line: (n: number) => string) => HEADER + Array.from({ length: 10_000 }, (_, n) => line(n)).join('\n')
    const created = await bring(file((n) => `bulk${n},bulk${n}@example.test,Bulk,Number ${n},Auditor,`))
    expect(created.body.counts).toEqual({ create: 10_000, change: 0, unchanged: 0, error: 0 })
    // Roles and status of some: on PostgreSQL each of those changes costs more the more of them a transaction has.
    const rest = (n: number) => (n % 20 === 0 ? 'SuperUser,deactivated' : 'Auditor,active')
    const line = (n: number) => `bulk${n},new${n}@example.test,Bulk,Renamed ${n},${rest(n)}`
    const changed = await bring(file(line))
    expect(changed.body.counts).toEqual({ create: 0, change: 10_000, unchanged: 0, error: 0 })
    const after = (await taken()).split('\r\n')
    expect(after.filter((each) => each.startsWith('bulk')).length).toBe(10_000)
    expect(after).toEqual(expect.arrayContaining([line(0), line(9_999)]))
  })
})
