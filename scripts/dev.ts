import { spawn } from 'node:child_process'

/** `npm run dev`: the server, restarted when its files change, and the pages from Vite, which passes the rest on to it. */
const children = [
  spawn('node', ['--watch', 'packages/server/bin/ramp-server.js', 'serve'], { stdio: 'inherit' }),
  spawn('npm', ['run', '--silent', 'dev', '--workspace', '@ramp/web'], { stdio: 'inherit' }),
]
for (const child of children) {
  child.on('exit', (code) => {
    for (const other of children) other.kill('SIGTERM')
    process.exitCode ??= code ?? 0
  })
}
