import { Box, Stack } from '@mantine/core'
import { announce } from '../app/announce.ts'
import { PageHeader } from '../app/page-header.tsx'
import { Section } from '../app/section.tsx'
import { ChangePasswordForm } from './change-password-form.tsx'
import { SessionsSection } from './sessions-section.tsx'
import { useAccount } from './use-account.ts'

/** `/_settings/security`: the own password, and where one is signed in. */
export function SecurityPage() {
  const { username } = useAccount()
  return (
    <>
      <PageHeader title="Security" description="How you sign in to RAMP, and where." />
      <Stack gap="lg">
        <Section
          title="Change password"
          description="Signs you out everywhere else. Your personal access tokens go on working unless you revoke them along with it."
        >
          <Box maw="26rem">
            <ChangePasswordForm
              submitLabel="Change password"
              username={username}
              offersRevocation
              onChanged={() => announce('Your password is changed.')}
            />
          </Box>
        </Section>
        <SessionsSection />
      </Stack>
    </>
  )
}
