import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, startDaemon } from '../../../../packages/server/test/support/daemon.ts'
import type { ProxyName } from './proxy-programs.ts'

export interface RunningProxy {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  stop(): Promise<void>
}

/** The ports of whom it is put between. */
export interface Neighbours {
  readonly ramp: number
  readonly api: number
}

/**
 * Runs a proxy with the files of the example, in which only ports and paths are others, and what `edit` changes. Resolves
 * once it listens.
 */
export async function startProxy(
  proxy: ProxyName,
  { ramp, api }: Neighbours,
  edit = (text: string): string => text,
): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), `ramp-${proxy}-`))
  const port = await freePort()
  const copy = (file: string): string => {
    const text = readFileSync(fileURLToPath(new URL(`../../${proxy}/${file}`, import.meta.url)), 'utf8')
    const target = join(folder, file)
    writeFileSync(
      target,
      edit(text)
        .replaceAll('127.0.0.1:7267', `127.0.0.1:${ramp}`)
        .replaceAll('127.0.0.1:3000', `127.0.0.1:${api}`)
        .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)
        .replaceAll('/etc/haproxy', folder),
    )
    return target
  }
  const daemon = await startDaemon(proxy, { args: WAYS[proxy](folder, copy), folder, port })
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      await daemon.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What surrounds the example on a machine of its own: where the program keeps its files, and that it stays in front. */
const WAYS: Readonly<Record<ProxyName, (folder: string, copy: (file: string) => string) => string[]>> = {
  nginx(folder, copy) {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`)
    const main = join(folder, 'nginx.conf')
    writeFileSync(
      main,
      `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
       http { access_log off; ${temporary.join(' ')} include ${copy('ramp.conf')}; }`,
    )
    return ['-p', folder, '-e', 'stderr', '-c', main]
  },
  caddy(folder, copy) {
    const main = join(folder, 'main')
    writeFileSync(main, `{\n\tadmin off\n}\nimport ${copy('Caddyfile')}\n`)
    return ['run', '--config', main, '--adapter', 'caddyfile']
  },
  haproxy(_folder, copy) {
    copy('ramp-verify.lua')
    return ['-db', '-f', copy('haproxy.cfg')]
  },
}
