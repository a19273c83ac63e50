import { Paper, Stack, Text, Title } from '@mantine/core'
import { announce } from '../app/announce.ts'
import { PageHeader } from '../app/page-header.tsx'
import { ChangePasswordForm } from './change-password-form.tsx'
import { useAccount } from './use-account.ts'

export function SecurityPage() {
  const { username } = useAccount()
  return (
    <>
      <PageHeader title="Security" description="How you sign in to RAMP." />
      <Paper withBorder radius="lg" p={{ base: 'md', sm: 'lg' }}>
        <Stack gap="md" maw="26rem">
          <Stack gap={4}>
            <Title order={2} size="h4">
              Change password
            </Title>
            <Text size="sm" c="dimmed">
              Signs you out everywhere else. Your personal access tokens go on working unless you revoke them along with
              it.
            </Text>
          </Stack>
          <ChangePasswordForm
            submitLabel="Change password"
            username={username}
            offersRevocation
            onChanged={() => announce('Your password is changed.')}
          />
        </Stack>
      </Paper>
    </>
  )
}
