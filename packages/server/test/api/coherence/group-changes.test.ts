/** A change of a group makes verifiers forget the accounts in it and below it, and nobody else (findings B6). */
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { newName, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { type TestServer, useServer } from '../../support/test-app.ts'
import { useVerifier } from '../../support/verifiers.ts'

/** Accounts by where they are: in the team, in the department above it, in the company above that, or elsewhere. */
const PLACES = ['team', 'department', 'company', 'elsewhere', 'nowhere'] as const
type Place = (typeof PLACES)[number]

const GROUPS = ['team', 'department', 'company', 'elsewhere', 'empty', 'next', 'nested in it'] as const
type Groups = Record<(typeof GROUPS)[number], string>

interface Change {
  readonly what: string
  readonly engine?: 'sqlite'
  readonly make: (server: TestServer, groups: Groups) => Promise<unknown>
  readonly concerns: readonly Place[]
}

const path = (id: string) => `/api/v1/groups/${id}`

const CHANGES: readonly Change[] = [
  {
    what: 'a role given to the lowest group',
    make: ({ administrator }, { team }) => administrator.put(`${path(team)}/roles/Auditor`),
    concerns: ['team'],
  },
  {
    what: 'a role taken from the highest group',
    make: ({ administrator }, { company }) => administrator.delete(`${path(company)}/roles/TemplateCreator`),
    concerns: ['team', 'department', 'company'],
  },
  {
    what: 'a role exchanged by SQL',
    make: ({ sql }, { department }) =>
      sql(`UPDATE group_role SET role = 'TemplateCreator' WHERE group_id = '${department}'`),
    concerns: ['team', 'department'],
  },
  {
    what: 'a nesting in the middle',
    make: ({ administrator }, { department, next }) => administrator.put(`${path(next)}/groups/${department}`),
    concerns: ['team', 'department'],
  },
  {
    what: 'a nesting undone at the foot',
    make: ({ administrator }, { team, department }) => administrator.delete(`${path(department)}/groups/${team}`),
    concerns: ['team'],
  },
  {
    what: 'a nesting moved by SQL',
    make: ({ sql }, { company, department, next }) =>
      sql(`UPDATE group_nesting SET group_id = '${next}'
        WHERE group_id = '${company}' AND member_group_id = '${department}'`),
    concerns: ['team', 'department'],
  },
  {
    what: 'the deletion of the group in the middle',
    make: ({ administrator }, { department }) => administrator.delete(path(department)),
    concerns: ['team', 'department'],
  },
  {
    what: 'the deletion of the highest group',
    make: ({ administrator }, { company }) => administrator.delete(path(company)),
    concerns: ['team', 'department', 'company'],
  },
  {
    what: 'another id for the group in the middle',
    engine: 'sqlite',
    make: ({ testDatabase }, { department }) =>
      atPrompt(testDatabase.url, `UPDATE account_group SET id = 'moved: ' || id WHERE id = '${department}'`),
    concerns: ['team', 'department'],
  },
  {
    what: 'the row of the group in the middle removed at the prompt',
    engine: 'sqlite',
    make: ({ testDatabase }, { department }) =>
      atPrompt(testDatabase.url, `DELETE FROM account_group WHERE id = '${department}'`),
    concerns: ['team', 'department'],
  },
  {
    what: 'the highest group replaced at the prompt by another one of its name',
    engine: 'sqlite',
    make: ({ testDatabase }, { company }) =>
      atPrompt(
        testDatabase.url,
        `INSERT OR REPLACE INTO account_group (id, name, name_key, description, created_at) SELECT id || ' (new)', name, name_key, '', 0 FROM account_group WHERE id = '${company}'`,
      ),
    concerns: ['team', 'department', 'company'],
  },
  {
    what: 'a role given to an empty group',
    make: ({ administrator }, { empty }) => administrator.put(`${path(empty)}/roles/Auditor`),
    concerns: [],
  },
  {
    what: 'an empty group nested below the others',
    make: ({ administrator }, { empty, team }) => administrator.put(`${path(team)}/groups/${empty}`),
    concerns: [],
  },
  {
    what: 'an empty group deleted',
    make: ({ administrator }, { empty }) => administrator.delete(path(empty)),
    concerns: [],
  },
  {
    what: 'an empty group with an empty one in it, nested elsewhere',
    make: async ({ administrator }, groups) => {
      await administrator.put(`${path(groups.empty)}/groups/${groups['nested in it']}`)
      return administrator.put(`${path(groups.next)}/groups/${groups.empty}`)
    },
    concerns: [],
  },
]

/** As the `sqlite3` program, which does not enforce foreign keys. */
async function atPrompt(url: string, statement: string): Promise<void> {
  const database = new DatabaseSync(url.slice('sqlite:'.length), { enableForeignKeyConstraints: false, timeout: 5000 })
  database.exec(statement)
  database.close()
}

onBothEngines('A change of a group', (engine) => {
  const server = useServer(engine)
  const verifier = useVerifier(server)
  const accounts = {} as Record<Place, { id: string; token: TokenHolder }>
  let groups: Groups

  beforeAll(async () => {
    const { administrator, origin } = server
    for (const place of PLACES) {
      const { body: made } = await administrator.post('/api/v1/service-accounts', { name: newName(place) })
      const { body } = await administrator.post(`/api/v1/service-accounts/${made.id}/tokens`, { name: 'token' })
      accounts[place] = { id: made.id, token: new TokenHolder(origin, { ...body.token, ...body }) }
    }
  })

  beforeEach(async () => {
    const { administrator, sql } = server
    await sql('DELETE FROM account_group')
    groups = {} as Groups
    for (const name of GROUPS) {
      groups[name] = (await administrator.post('/api/v1/groups', { name: newName(name) })).body.id
      await administrator.put(`${path(groups[name])}/roles/GlobalTemplateViewer`)
    }
    for (const place of ['team', 'department', 'company', 'elsewhere'] as const) {
      await administrator.put(`${path(groups[place])}/members/${accounts[place].id}`)
    }
    await administrator.put(`${path(groups.company)}/roles/TemplateCreator`)
    await administrator.put(`${path(groups.department)}/groups/${groups.team}`)
    await administrator.put(`${path(groups.company)}/groups/${groups.department}`)
  })

  /** Whose next call is not answered from memory. */
  async function forgottenByNode(): Promise<Place[]> {
    const { statistics } = server.services.verifier
    const forgotten: Place[] = []
    for (const place of PLACES) {
      const { cacheMisses } = statistics
      expect((await accounts[place].token.get('/api/v1/me')).status).toBe(200)
      if (statistics.cacheMisses > cacheMisses) forgotten.push(place)
    }
    return forgotten
  }

  async function forgottenElsewhere(): Promise<Place[]> {
    const forgotten: Place[] = []
    for (const place of PLACES) {
      const { outcome, isFromMemory } = await verifier.outcomeOf(accounts[place].token)
      expect(outcome).toBe('active')
      if (!isFromMemory) forgotten.push(place)
    }
    return forgotten
  }

  /** Until everybody is answered from memory, on the node and in the service, and the administrator's session, too. */
  async function warm(): Promise<void> {
    await expect.poll(forgottenByNode).toEqual([])
    await expect.poll(forgottenElsewhere).toEqual([])
  }

  test.each(CHANGES.filter((change) => change.engine === undefined || change.engine === engine))(
    'drops the accounts in it and below it, and no others: $what',
    async ({ make, concerns }) => {
      await warm()
      await make(server, groups)
      if (engine === 'postgres') await settled()
      expect(await forgottenByNode()).toEqual(concerns)
      await appliedElsewhere()
      expect(await forgottenElsewhere()).toEqual(concerns)
    },
  )

  /** What is typed into SQL counts on every node when this has been answered. */
  async function settled(): Promise<void> {
    await server.sql('CALL ramp_settle()')
  }

  /** Until no lease lags. */
  async function appliedElsewhere(): Promise<void> {
    const lagging = async () => {
      const { epoch, leases } = await server.database.leases.list()
      return leases.filter(({ appliedEpoch }) => appliedEpoch < epoch)
    }
    await expect.poll(lagging, { timeout: 5000 }).toEqual([])
  }
})
