import { AppShell, Burger, Center, Group, Loader, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { AccountMenu } from '../session/account-menu.tsx'
import { sessionQuery } from '../session/session-query.ts'
import { ToSignIn } from '../session/to-sign-in.tsx'
import { SessionContext } from '../session/use-account.ts'
import classes from './app-frame.module.css'
import { BrokenPage } from './broken-page.tsx'
import { Logo } from './logo.tsx'
import { Navigation } from './navigation.tsx'
import { useFocusOnNavigation } from './use-focus-on-navigation.ts'

/** The page around a page, for who is signed in; anybody else is sent to sign in and comes back afterwards. */
export function AppFrame() {
  const [isOpen, navigation] = useDisclosure(false)
  const { href } = useLocation()
  const main = useFocusOnNavigation()
  const { data: session, error, refetch } = useQuery(sessionQuery)

  if (session === undefined) {
    if (error) return <BrokenPage error={error} reset={refetch} />
    return (
      <Center h="100dvh">
        <Loader aria-label="Loading" />
      </Center>
    )
  }
  if (session.state !== 'signed-in') {
    const hasLeft = session.state === 'signed-out' && session.because === 'signed out here'
    return <ToSignIn from={hasLeft ? undefined : href} />
  }

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 264, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'md', md: 'xl' }}
    >
      <AppShell.Header className={classes['header']}>
        <a href="#main" className={classes['skip']}>
          Skip to content
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={navigation.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Navigation"
              aria-expanded={isOpen}
              aria-controls="navigation"
            />
            <UnstyledButton component={Link} to="/_settings/tokens" aria-label="RAMP, start page">
              <Logo />
            </UnstyledButton>
          </Group>
          <AccountMenu account={session.account} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar id="navigation" p="md" aria-label="Pages">
        <Navigation permissions={session.account.permissions} onNavigate={navigation.close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1} className={classes['main']}>
        <div className={classes['column']}>
          <SessionContext value={session}>
            <Outlet />
          </SessionContext>
        </div>
      </AppShell.Main>
    </AppShell>
  )
}
