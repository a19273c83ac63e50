/** Who works where in the sample organisation: a maker of machines, with some forty people. Data only. */

export interface Person {
  readonly firstName: string
  readonly lastName: string
  readonly groups: readonly string[]
  readonly roles?: readonly string[]
  /** How many days ago they left. */
  readonly left?: number
}

const person = (name: string, groups: readonly string[], more: Omit<Partial<Person>, 'groups'> = {}): Person => {
  const [firstName = '', ...rest] = name.split(' ')
  return { firstName, lastName: rest.join(' '), groups, ...more }
}

/** The first one runs the server; who may be signed in as is named in `run.ts`. */
export const ADMINISTRATOR = 'ada.lindqvist'

export const PEOPLE: readonly Person[] = [
  person('Tom Becker', ['Site reliability']),
  person('Ines Moreau', ['Quality'], { roles: ['Auditor'] }),
  person('Rahul Mehta', ['Staff'], { roles: ['Administrator'] }),
  person('Greta Holm', ['Staff'], { roles: ['SuperUser'] }),
  person('Akira Tanaka', ['On call']),
  person('Lucía Ferrer', ['On call']),
  person('Jonas Weber', ['On call']),
  person('Mei-Ling Chen', ['Site reliability']),
  person('Oluwaseun Adeyemi', ['Site reliability']),
  person('Petra Nováková', ['Site reliability']),
  person('Samir Haddad', ['Engineering']),
  person('Anna Kowalska', ['Engineering']),
  person('Liam O’Connor', ['Engineering']),
  person('Sofia Rossi', ['Engineering']),
  person('Yusuf Demir', ['Engineering']),
  person('Clara Schmidt', ['Engineering']),
  person('Mateo García', ['Engineering']),
  person('Ngozi Okafor', ['Engineering']),
  person('Emil Larsen', ['Engineering'], { left: 21 }),
  person('Hanna Virtanen', ['Engineering']),
  person('Diego Silva', ['Engineering'], { left: 96 }),
  person('Priya Nair', ['Quality']),
  person('Viktor Petrov', ['Quality']),
  person('Chloé Dubois', ['Release approvers']),
  person('Bram de Vries', ['Release approvers']),
  person('Fatima Zahra', ['Release approvers']),
  person('Noah Fischer', ['Documentation']),
  person('Elif Yilmaz', ['Documentation']),
  person('Ivan Horvat', ['Documentation'], { left: 4 }),
  person('Marta Lopes', ['Documentation'], { roles: ['GlobalTemplateOwner'] }),
  person('Kwame Mensah', ['Plant operators']),
  person('Julia Nagy', ['Plant operators']),
  person('Sven Eriksson', ['Plant operators']),
  person('Aisha Khan', ['Plant operators']),
  person('Paul Martin', ['Plant operators'], { left: 160 }),
  person('Rosa Marino', ['Shift leads']),
  person('Dmitri Sokolov', ['Shift leads']),
  person('Carmen Ruiz', ['Shift leads'], { roles: ['GlobalInstanceHead'] }),
  person('Wei Zhang', ['Staff'], { roles: ['TemplateCreator'] }),
  person('Isla Murray', ['Staff']),
  person('Thabo Dlamini', []),
]

/** Each group is a member of `within`, and so its people have the roles of both: three deep. */
export const GROUPS: readonly {
  readonly name: string
  readonly description: string
  readonly within?: string
  readonly roles: readonly string[]
}[] = [
  { name: 'Staff', description: 'Everybody who works here.', roles: ['GlobalInstanceObserver'] },
  { name: 'Engineering', description: 'Builds the product.', within: 'Staff', roles: ['GlobalTemplateViewer'] },
  {
    name: 'Site reliability',
    description: 'Keeps it running.',
    within: 'Engineering',
    roles: ['GlobalInstanceEditor', 'GlobalInstanceExecutor'],
  },
  {
    name: 'On call',
    description: 'Answers the pager this quarter.',
    within: 'Site reliability',
    roles: ['GlobalInstanceDeputyHead'],
  },
  { name: 'Quality', description: 'Tests and signs off.', within: 'Staff', roles: ['GlobalTemplateViewer'] },
  {
    name: 'Release approvers',
    description: 'May approve a template for production.',
    within: 'Quality',
    roles: ['GlobalTemplateApprover'],
  },
  { name: 'Documentation', description: 'Writes the runbooks.', within: 'Staff', roles: ['GlobalTemplateEditor'] },
  { name: 'Plant operators', description: 'Run the line.', within: 'Staff', roles: ['GlobalInstanceExecutor'] },
  { name: 'Shift leads', description: 'One a shift.', within: 'Plant operators', roles: ['GlobalInstanceEditor'] },
]

/** Machines: what for, with which roles, who is to be asked, from where they call, and how often a day. */
export const MACHINES: readonly {
  readonly name: string
  readonly description: string
  readonly maintainers: readonly string[]
  readonly roles: readonly string[]
  readonly tokens: readonly string[]
  readonly address: string
  readonly client: string
  readonly callsADay: number
  /** How many days ago it was retired. */
  readonly retired?: number
}[] = [
  {
    name: 'ci-pipeline',
    description: 'Creates and starts instances from the build server.',
    maintainers: ['samir.haddad', 'anna.kowalska'],
    roles: ['GlobalInstanceEditor', 'GlobalInstanceExecutor'],
    tokens: ['build server', 'release branch', 'nightly'],
    address: '10.20.4.11',
    client: 'curl/8.9.1',
    callsADay: 180,
  },
  {
    name: 'deploy-production',
    description: 'Runs the rollout runbook for each release.',
    maintainers: ['tom.becker'],
    roles: ['GlobalInstanceHead'],
    tokens: ['rollout', 'rollback'],
    address: '10.20.4.12',
    client: 'ramp-deploy/2.3.0',
    callsADay: 24,
  },
  {
    name: 'nightly-backup',
    description: 'Exports all templates, every night at two.',
    maintainers: ['petra.novakova'],
    roles: ['GlobalTemplateViewer'],
    tokens: ['db1', 'db2'],
    address: '10.20.7.30',
    client: 'python-requests/2.32.3',
    callsADay: 12,
  },
  {
    name: 'uptime-monitor',
    description: 'Watches running instances.',
    maintainers: ['mei-ling.chen'],
    roles: ['GlobalInstanceObserver', 'GlobalTemplateViewer'],
    tokens: ['eu-west', 'us-east'],
    address: '10.20.9.5',
    client: 'blackbox-exporter/0.27.0',
    callsADay: 290,
  },
  {
    name: 'metrics-exporter',
    description: 'Counts steps and durations for the dashboards.',
    maintainers: ['oluwaseun.adeyemi'],
    roles: ['GlobalInstanceObserver'],
    tokens: ['prometheus'],
    address: '10.20.9.6',
    client: 'Go-http-client/2.0',
    callsADay: 96,
  },
  {
    name: 'incident-bot',
    description: 'Starts the incident runbook from the chat.',
    maintainers: ['akira.tanaka', 'lucia.ferrer'],
    roles: ['GlobalInstanceExecutor'],
    tokens: ['chat', 'pager'],
    address: '10.20.4.40',
    client: 'node',
    callsADay: 9,
  },
  {
    name: 'gateway',
    description: 'Checks the tokens of whoever calls the order API.',
    maintainers: ['tom.becker', 'yusuf.demir'],
    roles: ['TokenVerifier'],
    tokens: ['nginx-1', 'nginx-2'],
    address: '10.20.1.2',
    client: 'nginx/1.29.1',
    callsADay: 320,
  },
  {
    name: 'wiki-sync',
    description: 'Copied templates to the old wiki.',
    maintainers: ['noah.fischer'],
    roles: ['GlobalTemplateViewer'],
    tokens: ['cron'],
    address: '10.20.7.31',
    client: 'Wget/1.24.5',
    callsADay: 4,
    retired: 48,
  },
]

/** What people use tokens for, and what calls with them. */
export const PURPOSES: readonly (readonly [name: string, client: string])[] = [
  ['Postman on my laptop', 'PostmanRuntime/7.43.0'],
  ['VS Code plug-in', 'vscode-restclient'],
  ['release notes script', 'python-requests/2.32.3'],
  ['curl from my workstation', 'curl/8.9.1'],
  ['shift report', 'PowerShell/7.5'],
  ['Grafana panel', 'Grafana/12.1.0'],
  ['Excel export', 'Microsoft.Data.Mashup'],
  ['runbook linter', 'node'],
  ['home automation of the lab', 'HomeAssistant/2026.4'],
  ['load test', 'k6/1.2.0'],
  ['migration of old templates', 'Go-http-client/2.0'],
  ['status light in the hall', 'ESP32HTTPClient'],
  ['workshop demo', 'insomnia/11.4.0'],
  ['customer import', 'Java-http-client/21.0.4'],
]

export const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
] as const

/** `lucia.ferrer` of Lucía Ferrer. */
export function usernameOf({ firstName, lastName }: Pick<Person, 'firstName' | 'lastName'>): string {
  return `${firstName}.${lastName}`
    .normalize('NFD')
    .replace(/[^A-Za-z.\s-]/g, '')
    .replaceAll(/\s/g, '')
    .toLowerCase()
}
