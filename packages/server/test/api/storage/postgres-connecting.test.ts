import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Pool } from 'pg'
import { expect, inject, test } from 'vitest'
import { openPostgres } from '../../../src/storage/postgres.ts'

/** A database by a network in which the first query of a connection does not arrive, but `meets` what is done with it. */
async function withDatabase(
  meets: (client: Socket, there: Socket) => void,
  work: (pool: Pool) => Promise<void>,
): Promise<void> {
  const server = new URL(inject('postgresUrl'))
  const between = createServer((client) => {
    const there = connect(Number(server.port), server.hostname)
    for (const socket of [client, there]) socket.on('error', () => {})
    there.pipe(client)
    client.on('data', (bytes) => {
      if (bytes.includes('pg_backend_pid')) meets(client, there)
      else there.write(bytes)
    })
  })
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
  const { port } = between.address() as { port: number }
  const url = new URL('postgres', server)
  url.port = String(port)
  const database = openPostgres(url.href)
  try {
    await work(database.verificationPool)
  } finally {
    await database.close()
    between.close()
  }
}

test('A connection that breaks as soon as it is made fails whoever asked for it, and not the process', async () => {
  let broken = 0
  const breakIt = (client: Socket, there: Socket) => {
    broken++
    client.destroy()
    there.destroy()
  }
  await withDatabase(breakIt, async (pool) => {
    await expect(pool.connect()).rejects.toThrow('Connection terminated')
  })
  expect(broken).toBe(1)
})

test('A connection whose first query is not answered is closed, not left behind', async () => {
  let closed: Promise<unknown> | undefined
  const swallow = (client: Socket) => {
    closed = once(client, 'close')
  }
  await withDatabase(swallow, async (pool) => {
    await expect(pool.connect()).rejects.toThrow('timeout')
    await closed
  })
})
