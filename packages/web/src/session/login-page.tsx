import { Box, Center, Loader, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { Logo } from '../app/logo.tsx'
import { ChangePasswordForm } from './change-password-form.tsx'
import classes from './login-page.module.css'
import { readReturnPath } from './return-path.ts'
import { sessionQuery } from './session-query.ts'
import { SignInForm } from './sign-in-form.tsx'

const route = getRouteApi('/login')

/** Sign in, choose a new password if the server asks for one, and go where one wanted to. */
export function LoginPage() {
  // Checked here too: this must not hang on how the router treats what a route does not know.
  const { next } = readReturnPath(route.useSearch().next)
  const { data: session, isPending } = useQuery(sessionQuery)

  if (isPending)
    return (
      <Card>
        <Loader mx="auto" aria-label="Loading" />
      </Card>
    )
  if (session?.state === 'signed-in') {
    return <GoTo path={next ?? '/_settings/tokens'} />
  }
  if (session?.state === 'password-change') {
    return (
      <Card
        title="Choose a new password"
        description="Yours was set by an administrator. Choose one that only you know."
      >
        <ChangePasswordForm submitLabel="Change password and go on" />
      </Card>
    )
  }
  const hasEnded = session?.because === 'session ended'
  return (
    <Card
      title="Sign in"
      {...(hasEnded && { description: 'Your session has ended. Sign in to go on where you were.' })}
    >
      <SignInForm />
    </Card>
  )
}

/** A path with its search, which the router's own links would want in pieces. */
function GoTo({ path }: { readonly path: string }) {
  const { history } = useRouter()
  useEffect(() => history.replace(path), [history, path])
  return null
}

interface CardProps {
  readonly title?: string
  readonly description?: string
  readonly children: ReactNode
}

function Card({ title, description, children }: CardProps) {
  return (
    <Center component="main" mih="100dvh" p="md" className={classes['page']}>
      {title && <title>{`${title} · RAMP`}</title>}
      <Box w="100%" maw={400}>
        <Center mb="lg">
          <Logo />
        </Center>
        <Paper withBorder radius="lg" p={{ base: 'lg', xs: 'xl' }}>
          <Stack gap="lg">
            {title && (
              <Stack gap={4}>
                <Title order={1} size="h3">
                  {title}
                </Title>
                {description && (
                  <Text size="sm" c="dimmed" role="status">
                    {description}
                  </Text>
                )}
              </Stack>
            )}
            {children}
          </Stack>
        </Paper>
      </Box>
    </Center>
  )
}
