import { connect, createServer } from 'node:net'
import { expect, inject, test } from 'vitest'
import { openPostgres } from '../../../src/storage/postgres.ts'

test('A connection that breaks as soon as it is made fails whoever asked for it, and not the process', async () => {
  const server = new URL(inject('postgresUrl'))
  let broken = 0
  const between = createServer((client) => {
    const there = connect(Number(server.port), server.hostname)
    for (const socket of [client, there]) socket.on('error', () => {})
    there.pipe(client)
    client.on('data', (bytes) => {
      if (!bytes.includes('pg_backend_pid')) return void there.write(bytes)
      broken++
      client.destroy()
      there.destroy()
    })
  })
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
  const { port } = between.address() as { port: number }
  const url = new URL('postgres', server)
  url.port = String(port)
  const database = openPostgres(url.href)
  try {
    await expect(database.verificationPool.connect()).rejects.toThrow('Connection terminated')
    expect(broken).toBe(1)
  } finally {
    await database.close()
    between.close()
  }
})
