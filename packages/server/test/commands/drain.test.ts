/** A load balancer that asks /readyz every second loses no request when a server is told to stop. */
import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabase, onBothEngines, type TestDatabase } from '../support/databases.ts'
import { send } from '../support/http-client.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'
import { startWorkers } from '../support/workers.ts'

const CONNECTIONS = 40

onBothEngines('A server that is told to stop behind a load balancer', (engine) => {
  let database: TestDatabase
  let server: ServerProcess
  beforeEach(async () => {
    database = await createDatabase(engine)
  })
  afterEach(async () => {
    server.kill('SIGKILL')
    await server.exited
    await database.remove()
  })

  /** Sends over kept connections for as long as the check says that the server is ready. */
  async function balance() {
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
    const seen = { answers: 0, closing: 0, failures: [] as unknown[] }
    let isReady = true
    const client = async () => {
      while (isReady) {
        await send(server.origin, 'GET', '/healthz', { agent }).then(
          ({ status, headers }) => {
            seen.answers++
            if (headers.connection === 'close') seen.closing++
            if (status !== 200) seen.failures.push(status)
          },
          (error) => seen.failures.push(error),
        )
      }
    }
    const check = async () => {
      while (isReady) {
        await delay(1000)
        isReady = (await send(server.origin, 'GET', '/readyz', { agent })).status === 200
      }
    }
    const done = Promise.all([check(), ...Array.from({ length: CONNECTIONS }, client)])
    return { seen, done, close: () => agent.destroy() }
  }

  test.each([0, 2])('loses no request (workers: %i)', async (workers) => {
    const env = { RAMP_DATABASE_URL: database.url, RAMP_LOG_LEVEL: 'info' }
    server = workers === 0 ? await startServerProcess({ env }) : await startWorkers(workers, env)
    const { seen, done, close } = await balance()
    await expect.poll(() => seen.answers, { timeout: 20_000 }).toBeGreaterThan(500)

    server.kill('SIGTERM')
    await done

    expect(seen.failures).toEqual([])
    expect(seen.closing).toBeGreaterThan(CONNECTIONS)
    close()
    expect(await server.exited).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Error') })
  })

  test('says at /readyz why, and stops at once at a second signal', async () => {
    server = await startServerProcess({ env: { RAMP_DATABASE_URL: database.url, RAMP_SHUTDOWN_DELAY_SECONDS: '300' } })
    const ready = () => send(server.origin, 'GET', '/readyz')
    expect((await ready()).status).toBe(200)
    server.kill('SIGTERM')
    await server.printed(/(not ready any more)/)
    expect(await ready()).toMatchObject({
      status: 503,
      headers: { connection: 'close' },
      body: { code: 'not_ready', errors: [{ field: 'shutdown', code: 'stopping' }] },
    })
    server.kill('SIGTERM')
    expect((await server.exited).code).toBe(0)
  })
})
