import { readFileSync, writeFileSync } from 'node:fs'
import { allCommands } from '../src/commands.ts'
import { withCommands } from '../src/help.ts'

/** Writes what `--help` says of each command into README.md: a part of `npm run generate`. */
const path = new URL('../README.md', import.meta.url)
writeFileSync(path, withCommands(readFileSync(path, 'utf8'), await allCommands()))
