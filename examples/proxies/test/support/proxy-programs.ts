import { providePrograms } from '../../../../packages/server/test/support/debian-programs.ts'

/** The proxies that Debian has. */
export const PROXIES = ['nginx', 'caddy', 'haproxy'] as const
export type ProxyName = (typeof PROXIES)[number]

export const provideProxies = () => providePrograms(PROXIES)
