import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

interface NginxOptions {
  /** Where it keeps what it writes. */
  readonly folder: string
  /** 0 for a free one. */
  readonly port: number
  readonly ramp: string
  /** The path of the API's socket. */
  readonly socket: string
}

/** nginx in front of the API; undefined where it is not installed. */
export async function startNginx(
  options: NginxOptions,
): Promise<{ origin: string; close(): Promise<void> } | undefined> {
  if (spawnSync('nginx', ['-v']).status !== 0) return undefined
  const port = options.port === 0 ? await freePort() : options.port
  const file = join(options.folder, 'nginx.conf')
  writeFileSync(file, configuration({ ...options, port }))
  // A process group of its own: Ctrl-C is for us, who end it in good order.
  const nginx = spawn('nginx', ['-p', options.folder, '-e', 'stderr', '-c', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  })
  const exited = once(nginx, 'exit')
  await listens(port, nginx)
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      nginx.kill('SIGTERM')
      await exited
    },
  }
}

/** The heart of examples/proxies/nginx, for one API on a socket. */
function configuration({ folder, port, ramp, socket }: NginxOptions): string {
  const identity = ['Account', 'Account-Kind', 'Username', 'Roles', 'Permissions', 'Token-Id']
  const variable = (name: string) => `$ramp_${name.toLowerCase().replaceAll('-', '_')}`
  const taken = identity.map(
    (name) => `auth_request_set ${variable(name)} $upstream_http_x_ramp_${name.toLowerCase().replaceAll('-', '_')};`,
  )
  // Replaces what the client sent under these names, also by nothing.
  const given = identity.map((name) => `proxy_set_header X-Ramp-${name} ${variable(name)};`)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  )
  return `
daemon off;
# One process, as whoever starts it: a worker of another user could not reach the socket.
master_process off;
pid ${join(folder, 'nginx.pid')};
error_log stderr crit;
events { worker_connections 128; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port};

    location / {
      auth_request /_ramp/verify;
      ${taken.join('\n      ')}
      ${given.join('\n      ')}
      proxy_set_header Authorization "";
      proxy_pass http://unix:${socket};
      error_page 500 = @ramp_unavailable;
    }

    location = /_ramp/verify {
      internal;
      proxy_pass ${ramp}/_auth/verify;
      proxy_pass_request_body off;
      proxy_pass_request_headers off;
      proxy_set_header Content-Length "";
      proxy_set_header Authorization $http_authorization;
      proxy_set_header User-Agent $http_user_agent;
    }

    location @ramp_unavailable {
      add_header Retry-After 1 always;
      return 503;
    }
  }
}
`
}

async function listens(port: number, nginx: ChildProcess): Promise<void> {
  while (nginx.exitCode === null) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    await delay(20)
  }
  throw new Error('nginx ended: see above.')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
